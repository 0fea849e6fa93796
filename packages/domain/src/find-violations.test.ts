import { describe, expect, it } from 'vitest'
import type { Audit, AuditedEdge, AuditedWorkflow } from './audit.ts'
import { findViolations } from './find-violations.ts'
import type { FleetObject, Inventory, NodeReading } from './ports/fleet.ts'

const AT = new Date('2026-01-01T12:00:00Z')
const ago = (seconds: number): Date => new Date(AT.getTime() - seconds * 1_000)

const workflow = (over: Partial<AuditedWorkflow>): AuditedWorkflow => ({
  id: 'wf-1',
  kind: 'replication-group',
  subjectId: 'rg-1',
  step: 'wait',
  createdAt: ago(3_600),
  runAt: ago(-3_600),
  firstHomeAt: ago(3_500),
  attempts: 0,
  leaseOwner: null,
  leaseUntil: null,
  lastError: null,
  signals: [],
  ...over,
})

const object = (over: Partial<FleetObject>): FleetObject => ({
  kind: 'container',
  engineId: 'engine-1',
  ref: 'ref',
  name: 'cacheplane-sessions-001-0001-g2',
  ownerId: 'node-1',
  incarnation: 2,
  state: 'running',
  createdAt: ago(3_500),
  ...over,
})

interface Estate {
  audit: Audit
  group: AuditedWorkflow
  node: AuditedWorkflow
  edge: AuditedWorkflow
  objects: FleetObject[]
  inventories: Map<string, Inventory>
  readings: Map<string, NodeReading>
}

const SERVING: Extract<NodeReading, { kind: 'serving' }> = {
  kind: 'serving',
  version: '8.1.1',
  runId: 'abc',
  role: 'primary',
  open: true,
  maxmemoryBytes: 1,
  replication: { historyId: 'h', formerHistoryId: null, offset: 0, keys: 0, loading: false, link: null },
}

/** One group with one node, and the edge of its endpoint, all of it as it should be. */
function quiet(): Estate {
  const group = workflow({})
  const node = workflow({ id: 'wf-2', kind: 'node', subjectId: 'node-1' })
  const nodeGroup = workflow({ id: 'wf-3', kind: 'node-group', subjectId: 'ng-1' })
  const edge = workflow({ id: 'wf-4', kind: 'edge', subjectId: 'edge-1' })
  const objects = [
    object({}),
    object({ kind: 'volume', state: null }),
    object({
      kind: 'network',
      ownerId: 'net-1',
      incarnation: null,
      state: null,
      name: 'cacheplane-sessions',
    }),
    object({ ownerId: 'edge-1', incarnation: 1, name: 'cacheplane-edge-1' }),
  ]
  return {
    group,
    node,
    edge,
    objects,
    inventories: new Map([['engine-1', { kind: 'known', objects }]]),
    readings: new Map([['node-1', SERVING]]),
    audit: {
      at: AT,
      owners: [{ kind: 'replication-group', id: 'rg-1', name: 'sessions', networkId: 'net-1' }],
      nodes: [
        {
          id: 'node-1',
          ownerId: 'rg-1',
          name: 'sessions-001/0001',
          engineId: 'engine-1',
          networkId: 'net-1',
          incarnation: 2,
          ip: '10.96.0.3',
          port: 10_001,
          presence: 'known',
          isOpen: true,
        },
      ],
      networks: [{ id: 'net-1', subnet: '10.96.0.0/24', engineIds: ['engine-1'], isReady: false }],
      engineIds: ['engine-1'],
      nodeGroups: [{ id: 'ng-1', ownerId: 'rg-1', name: 'sessions/0001' }],
      edges: [
        {
          id: 'edge-1',
          engineId: 'engine-1',
          incarnation: 1,
          controlPort: 10_100,
          presence: 'known',
          isServing: true,
          endpoints: [{ primaryPort: 10_101, readerPort: 10_102, nodeGroupId: 'ng-1' }],
        },
      ],
      workflows: [group, nodeGroup, node, edge],
      allocations: [
        { of: 'ip', scope: 'net-1', address: '10.96.0.3', holder: 'node-1' },
        { of: 'port', scope: 'engine-1', address: '10001', holder: 'node-1' },
        ...['10100', '10101', '10102'].map((address) => ({
          of: 'port' as const,
          scope: 'engine-1',
          address,
          holder: 'edge-1',
        })),
        { of: 'subnet', scope: 'net-1', address: null, holder: 'net-1' },
      ],
    },
  }
}

function violationsOf({ audit, inventories, readings }: Estate): string[] {
  return findViolations(audit, inventories, readings)
}

const NETWORK = 2
type Sabotage = [what: string, breaks: (estate: Estate) => void, says: RegExp]

const theEdge = ({ audit }: Estate): AuditedEdge => {
  const [edge] = audit.edges
  if (edge === undefined) throw new Error('the quiet estate has an edge')
  return edge
}

const SABOTAGES: Sabotage[] = [
  [
    'an edge at home without a container',
    (e) => void e.objects.splice(e.objects.length - 1, 1),
    /edge edge-1 is at home and has 0 running containers/,
  ],
  [
    'an edge at home that does not serve',
    (e) => void (theEdge(e).isServing = false),
    /edge edge-1 is at home, but its row says not serving/,
  ],
  [
    'a container of an older incarnation of an edge',
    (e) => e.objects.push(object({ ownerId: 'edge-1', incarnation: 0, name: 'old' })),
    /container old is incarnation 0 of edge edge-1, which is at 1/,
  ],
  [
    'an edge port that is not held',
    (e) => void (theEdge(e).controlPort = 10_999),
    /used and not held: port 10999 in engine-1 for edge-1/,
  ],
  [
    'a node group without an endpoint',
    (e) => void (theEdge(e).endpoints = []),
    /node group sessions\/0001 has 0 endpoints/,
  ],
  [
    'an endpoint of a node group that is gone',
    (e) => theEdge(e).endpoints.push({ primaryPort: 10_101, readerPort: 10_102, nodeGroupId: 'ng-9' }),
    /an endpoint is held by node group ng-9, which is gone/,
  ],
  [
    'a node group that nobody looks after',
    (e) => void (e.audit.workflows = e.audit.workflows.filter(({ kind }) => kind !== 'node-group')),
    /replication-group sessions is at home, but node group sessions\/0001 has no workflow/,
  ],
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
