import { describe, expect, it } from 'vitest'
import { ago, object, quiet, SERVING, workflow, type Estate } from '../../../test/support/quiet-estate.ts'
import { findViolations } from './find-violations.ts'

function violationsOf({ audit, inventories, readings }: Estate): string[] {
  return findViolations(audit, inventories, readings)
}

const NETWORK = 2
type Sabotage = [what: string, breaks: (estate: Estate) => void, says: RegExp]

const SABOTAGES: Sabotage[] = [
  [
    'an engine that does not answer',
    (e) => e.inventories.set('engine-2', { kind: 'unknown', because: 'silence' }),
    /engine-2 cannot be looked at: silence/,
  ],
  [
    'a container without a row',
    (e) => e.objects.push(object({ ownerId: 'node-9', name: 'lost' })),
    /container lost has neither node nor edge/,
  ],
  [
    'a volume without a row',
    (e) => e.objects.push(object({ kind: 'volume', ownerId: 'node-9', name: 'lost' })),
    /volume lost has neither node nor edge/,
  ],
  [
    'a network without a row',
    (e) => e.objects.push(object({ kind: 'network', ownerId: 'net-9', name: 'lost' })),
    /network lost has no row/,
  ],
  [
    'a leftover of an earlier incarnation',
    (e) => e.objects.push(object({ incarnation: 1 })),
    /is incarnation 1 of sessions-001\/0001, which is at 2/,
  ],
  [
    'a container on another engine',
    (e) => e.inventories.set('engine-2', { kind: 'known', objects: [object({ engineId: 'engine-2' })] }),
    /stands on another engine/,
  ],
  [
    'a node whose container is gone',
    (e) => e.objects.splice(0, 1),
    /node sessions-001\/0001 is at home and has 0 running/,
  ],
  [
    'a node whose container has stopped',
    (e) => e.objects.splice(0, 1, object({ state: 'exited' })),
    /has 0 running/,
  ],
  ['a node with two containers', (e) => e.objects.push(object({ ref: 'other' })), /has 2 running/],
  [
    'a node on an unknown engine',
    (e) => e.inventories.clear(),
    /on engine engine-1, of which nothing is heard/,
  ],
  [
    'a closed node at home',
    (e) => e.audit.nodes.forEach((node) => (node.isOpen = false)),
    /at home, but its row says closed/,
  ],
  [
    'a node at home of which nothing is known',
    (e) => e.audit.nodes.forEach((node) => (node.presence = 'unknown')),
    /at home, but its row says unknown/,
  ],
  [
    'a node at home that serves nobody',
    (e) => e.readings.set('node-1', { ...SERVING, open: false }),
    /at home and does not serve: the node serves nobody but the control plane/,
  ],
  [
    'a node at home that does not answer',
    (e) => e.readings.set('node-1', { kind: 'unknown', because: 'silence' }),
    /at home and does not serve: silence/,
  ],
  [
    'an owner without a workflow',
    (e) => e.audit.workflows.splice(0, 1),
    /replication-group sessions has no workflow/,
  ],
  [
    'an owner whose network is gone',
    (e) => e.objects.splice(NETWORK, 1),
    /sessions is at home without just one network on engine engine-1/,
  ],
  [
    'a node without a workflow',
    (e) => void (e.audit.workflows = e.audit.workflows.filter(({ kind }) => kind !== 'node')),
    /node sessions-001\/0001 has no workflow/,
  ],
  [
    'a node left of a failed creation',
    (e) => (e.group.step = 'failed'),
    /was given up, but its node sessions-001\/0001 is left/,
  ],
  [
    'a network row without an owner',
    (e) => e.audit.networks.push({ id: 'net-9', subnet: '10.96.9.0/24', engineIds: [], isReady: false }),
    /network row net-9 has no owner/,
  ],
  [
    'a workflow about nothing',
    (e) => e.audit.workflows.push(workflow({ id: 'wf-9', subjectId: 'rg-9' })),
    /workflow wf-9 is about rg-9, which is gone/,
  ],
  [
    'an IP address held for nobody',
    (e) => e.audit.allocations.push({ of: 'ip', scope: 'net-1', address: '10.96.0.9', holder: 'node-9' }),
    /held and not used: ip 10.96.0.9/,
  ],
  [
    'a port held for nobody',
    (e) => e.audit.allocations.push({ of: 'port', scope: 'engine-1', address: '10009', holder: 'node-1' }),
    /held and not used: port 10009/,
  ],
  [
    'a subnet held for nobody',
    (e) => e.audit.allocations.push({ of: 'subnet', scope: 'net-9', address: null, holder: 'net-9' }),
    /held and not used: subnet in net-9/,
  ],
  [
    'an IP address that may be given away',
    (e) => e.audit.allocations.splice(0, 1),
    /used and not held: ip 10.96.0.3/,
  ],
  ['a workflow that nobody advances', (e) => (e.group.runAt = ago(61)), /at wait is overdue by 61 s/],
  [
    'a lease that nobody takes over',
    (e) => (e.group.leaseUntil = ago(61)),
    /was left by .* and nobody took it over/,
  ],
  [
    'a step that fails for ever',
    (e) => Object.assign(e.group, { attempts: 13, lastError: 'Error EIO' }),
    /was tried 13 times: Error EIO/,
  ],
  [
    'a deletion that does not end',
    (e) => e.group.signals.push({ name: 'destroy', raisedAt: ago(601) }),
    /not answered the signal destroy/,
  ],
  [
    'a creation that does not end',
    (e) => Object.assign(e.group, { step: 'await_nodes', firstHomeAt: null }),
    /at await_nodes has not come home/,
  ],
]

describe('findViolations', () => {
  it('has nothing to say of a quiet estate', () => {
    expect(violationsOf(quiet())).toEqual([])
  })

  it.each(SABOTAGES)('reports %s', (_what, sabotage, says) => {
    const estate = quiet()
    sabotage(estate)
    expect(violationsOf(estate)).toEqual(expect.arrayContaining([expect.stringMatching(says)]))
  })

  it('leaves work alone that is under way: a node at boot has no container yet', () => {
    const estate = quiet()
    estate.node.step = 'boot'
    estate.objects.splice(0, 2)
    expect(violationsOf(estate)).toEqual([])
  })

  it('leaves a node alone that has been asked for a checkup', () => {
    const estate = quiet()
    estate.node.signals.push({ name: 'checkup', raisedAt: ago(1) })
    estate.objects.splice(0, 1)
    expect(violationsOf(estate)).toEqual([])
  })

  it('says nothing of the containers of an engine that does not answer', () => {
    const estate = quiet()
    estate.inventories.set('engine-1', { kind: 'unknown', because: 'silence' })
    expect(violationsOf(estate)).toEqual(['engine engine-1 cannot be looked at: silence'])
  })
})
