import {
  networkSpec,
  nodeSpec,
  type Change,
  type NodeSubject,
  type Outcome,
  type Signal,
  type Workflow,
} from '@cacheplane/domain'
import { FakeFleet } from '@cacheplane/fleet/fake'
import { noFailpoints, RUNBOOKS } from '@cacheplane/workflows'
import { beforeEach, describe, expect, it } from 'vitest'
import { aNode, aNodeSubject, aReplicationGroup, aWorkflowView } from '../support/builders.ts'
import '../support/matchers.ts'
import { Dice } from './dice.ts'
import { ENGINE_ID } from './sim-world.ts'
import { SimClock } from './sim-clock.ts'

const UNBORN = aWorkflowView({ step: 'boot', firstHomeAt: null })
let clock: SimClock
let fake: FakeFleet

beforeEach(() => {
  clock = new SimClock()
  const engine = {
    engineId: ENGINE_ID,
    zones: ['local-1a'],
    address: '127.0.0.1',
    cpus: 2,
    memoryBytes: 2 ** 36,
  }
  fake = new FakeFleet({ installation: 'steps', engines: [engine], clock, seed: 1 })
})

interface Ran {
  outcome: Outcome
  passed: readonly string[]
  changes: Change[]
  failure: string | undefined
}

async function run(
  kind: string,
  step: string,
  subjects: object,
  over: Partial<Workflow> & { overdue?: boolean } = {},
): Promise<Ran> {
  const runbook = RUNBOOKS.find((one) => one.kind === kind)
  if (runbook === undefined) throw new Error(`no runbook for ${kind}`)
  const { overdue = false, ...view } = over
  const signals = new Set<Signal>(view.signals ?? [])
  const loader = {
    loadNode: nothing,
    loadReplicationGroup: nothing,
    loadCacheCluster: nothing,
    loadDockerEngine: nothing,
    loadNodeGroup: nothing,
    loadEdge: nothing,
    loadZone: nothing,
    loadSnapshot: nothing,
    ...subjects,
  }
  const pending = runbook.runStep(
    loader,
    {
      workflow: {
        ...aWorkflowView(),
        id: 'wf-1',
        kind: runbook.kind,
        subjectId: 'subject',
        parentId: 'wf-parent',
        frame: {},
        attempts: 1,
        deadlineAt: null,
        ...view,
        step,
      },
      signals,
      overdue,
      fleet: fake.fleet,
      random: new Dice(1).bytes,
      now: () => clock.now(),
    },
    noFailpoints,
  )
  const ran = await letTimePass(pending)
  if (ran === null) throw new Error('the subject is there')
  return {
    outcome: ran.outcome,
    passed: ran.passed,
    changes: ran.record.changes,
    failure: ran.record.failure,
  }
}

const nothing = () => Promise.resolve(null)
const withNode = (subject: NodeSubject) => ({ loadNode: () => Promise.resolve(subject) })
const atEngine = (over: Partial<NodeSubject['node']> = {}): NodeSubject =>
  aNodeSubject({ node: aNode({ engineId: ENGINE_ID, ...over }) })

/** The fake fleet waits on a clock that somebody must move. */
async function letTimePass<T>(pending: Promise<T>): Promise<T> {
  let isOver = false
  void pending.finally(() => (isOver = true)).catch(() => undefined)
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve))
    clock.advance(clock.monotonicMs() + 10)
  }
  return pending
}

async function onNetwork(subject: NodeSubject): Promise<NodeSubject> {
  await letTimePass(fake.fleet.ensureNetwork(networkSpec(subject.network, ENGINE_ID)))
  return subject
}

async function booted(subject: NodeSubject): Promise<NodeSubject> {
  await letTimePass(fake.fleet.ensureNode(nodeSpec(await onNetwork(subject))))
  return subject
}

describe('a node', () => {
  it('says that its presence is unknown before anything is made', async () => {
    const { outcome, changes } = await run('node', 'start', withNode(atEngine()))
    expect(outcome).toHopTo('boot')
    expect(changes).toEqual([{ do: 'set-presence', nodeId: aNode().id, presence: 'unknown' }])
  })

  it('goes on at once when its presence was unknown from before', async () => {
    const subject = await onNetwork(atEngine({ workflow: UNBORN, presence: 'unknown' }))
    const { outcome, passed } = await run('node', 'start', withNode(subject))
    expect(passed).toEqual(['start', 'boot', 'admit', 'wait'])
    expect(outcome).toNap('serving')
  })

  it('is booted closed and admitted in the same commit', async () => {
    const subject = await onNetwork(atEngine({ workflow: UNBORN }))
    const { outcome, passed } = await run('node', 'boot', withNode(subject))
    expect(passed).toEqual(['boot', 'admit', 'wait'])
    expect(outcome).toNap('serving')
    expect(fake.world()[0]?.containers[0]?.process?.open).toBe(false)
  })

  it('is opened when it has proved what it is, and tells its owner', async () => {
    const subject = await booted({ ...atEngine({ workflow: UNBORN }), nodeGroupId: null })
    const { passed, changes } = await run('node', 'admit', withNode(subject))
    expect(passed).toEqual(['admit', 'wait'])
    expect(fake.world()[0]?.containers[0]?.process?.open).toBe(true)
    expect(changes).toContainEqual({ do: 'wake', workflowId: 'wf-parent' })
  })

  it('of a node group stays closed, and reports to it', async () => {
    const subject = await booted(atEngine({ workflow: UNBORN }))
    const { passed, changes } = await run('node', 'admit', withNode(subject))
    expect(passed).toEqual(['admit', 'wait'])
    expect(fake.world()[0]?.containers[0]?.process?.open).toBe(false)
    const subjectId = subject.nodeGroupId
    expect(changes).toContainEqual({ do: 'raise', kind: 'node-group', subjectId, signal: 'converge' })
  })

  it('has its network made again when it is gone', async () => {
    const { outcome } = await run('node', 'boot', withNode(atEngine({ workflow: UNBORN })))
    expect(outcome.kind).toBe('nap')
    expect(fake.world()[0]?.networks).toHaveLength(1)
  })

  it('moves to another port when its own is taken by a stranger', async () => {
    const subject = await onNetwork(atEngine({ workflow: UNBORN }))
    fake.occupyPort(ENGINE_ID, 10_000)
    const { outcome, changes } = await run('node', 'boot', withNode(subject))
    expect(outcome).toHopTo('start')
    expect(changes).toEqual([{ do: 'move-port', nodeId: aNode().id }])
  })

  it('is given up, with the reason, when it cannot be made in time', async () => {
    fake.setEngine(ENGINE_ID, 'unreachable')
    const subject = withNode(atEngine({ workflow: UNBORN }))
    expect((await run('node', 'boot', subject)).outcome.kind).toBe('nap')
    const late = await run('node', 'boot', subject, { overdue: true })
    expect(late.outcome).toHopTo('failed')
    expect(late.failure).toBeTruthy()
  })

  it('is never given up once it has served', async () => {
    fake.setEngine(ENGINE_ID, 'unreachable')
    expect((await run('node', 'boot', withNode(atEngine()), { overdue: true })).outcome.kind).toBe('nap')
  })

  it('rests at home until a checkup is asked for, which a member leaves to its node group', async () => {
    const alone = { ...atEngine(), nodeGroupId: null }
    const checkup = { signals: ['checkup'] as Signal[] }
    expect((await run('node', 'wait', withNode(alone))).outcome).toNap('serving')
    expect((await run('node', 'wait', withNode(alone), checkup)).outcome).toHopTo('diagnose')
    const { outcome, changes } = await run('node', 'wait', withNode(atEngine()), checkup)
    expect(outcome).toNap('serving')
    const { nodeGroupId: subjectId } = atEngine()
    expect(changes).toEqual([{ do: 'raise', kind: 'node-group', subjectId, signal: 'checkup' }])
  })

  it('is replaced, never started again, when its container has stopped', async () => {
    const subject = await booted(atEngine())
    fake.kill(subject.node.id)
    const { outcome, changes } = await run('node', 'diagnose', withNode(subject), { signals: ['checkup'] })
    expect(outcome).toHopTo('start')
    expect(changes).toContainEqual({ do: 'next-incarnation', nodeId: subject.node.id })
    expect(fake.world()[0]?.containers[0]?.state).toBe('exited')
  })

  it('is not taken for dead when the Docker API does not answer', async () => {
    const subject = await booted(atEngine())
    await letTimePass(fake.fleet.openNode(nodeSpec(subject)))
    fake.setEngine(ENGINE_ID, 'hung')
    const { passed, outcome } = await run('node', 'diagnose', withNode(subject), { signals: ['checkup'] })
    expect(passed).toEqual(['diagnose', 'wait'])
    expect(outcome).toNap('serving')
    fake.pause(subject.node.id)
    const paused = await run('node', 'diagnose', withNode(subject), { signals: ['checkup'] })
    expect(paused.outcome.kind).toBe('nap')
  })

  it('ends when nothing of it stands any more, and not before', async () => {
    const subject = await booted(atEngine())
    fake.setEngine(ENGINE_ID, 'unreachable')
    expect((await run('node', 'destroy', withNode(subject))).outcome.kind).toBe('nap')
    fake.setEngine(ENGINE_ID, 'up')
    expect((await run('node', 'destroy', withNode(subject))).outcome).toBeDone()
    expect(fake.world()[0]).toMatchObject({ containers: [], volumes: [] })
  })
})

describe('a replication group', () => {
  const subject = (workflow = aWorkflowView()) => {
    const group = aReplicationGroup()
    const nodeGroups = group.nodeGroups.map((shard) => ({ ...shard, workflow }))
    const network = { id: group.networkId, subnet: '10.96.0.0/24', gateway: '10.96.0.1' }
    return {
      loadReplicationGroup: () =>
        Promise.resolve({
          owner: { ...group, nodeGroups },
          network,
          engineIds: [ENGINE_ID],
          endpointFailure: null,
          brought: null,
        }),
    }
  }
  const step = (name: string, over = subject()) => run('replication-group', name, over)

  it('takes another subnet when its own belongs to a stranger', async () => {
    fake.occupySubnet(ENGINE_ID, '10.96.0.0/24')
    const { outcome, changes } = await step('ensure_network')
    expect(outcome).toHopTo('ensure_network')
    expect(changes).toEqual([{ do: 'move-network', networkId: aReplicationGroup().networkId }])
  })

  it('is home only when every node group is', async () => {
    expect((await step('await_parts', subject(aWorkflowView({ step: 'admit' })))).outcome).toNap(
      '1 of 1 are starting',
    )
    const { passed, outcome } = await step('await_parts')
    expect(passed).toEqual(['await_parts', 'wait'])
    expect(outcome).toNap('serving')
  })

  it('takes down what it made when a node group cannot be created, and keeps the reason', async () => {
    const failed = aWorkflowView({ step: 'failed', failure: 'the image is missing' })
    const ran = await step('await_parts', subject(failed))
    expect(ran.outcome).toHopTo('unwind')
    expect(ran.failure).toBe('the image is missing')
    const { changes } = await step('unwind', subject(failed))
    const [shard] = aReplicationGroup().nodeGroups
    expect(changes).toContainEqual({
      do: 'raise',
      kind: 'node-group',
      subjectId: shard?.id,
      signal: 'destroy',
    })
  })
})
