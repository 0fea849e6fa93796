import { setImmediate as nextTurn } from 'node:timers/promises'
import type {
  EndpointRoutes,
  Fleet,
  NodeRef,
  NodeSpec,
  ReplicationSource,
  RouteTarget,
} from '@cacheplane/domain'
import { noFailpoints, RUNBOOKS, type Runbook } from '@cacheplane/workflows'
import { NOW_MS, type Order, type OrderName, type Scene } from './scene.ts'
import { FIRST_PORT, indexOf, subjectOf } from './subject.ts'

/** What a step asks of the fleet. */
export type Call =
  | { name: 'examineNode' | 'fenceNode'; to: number; incarnation: number }
  | { name: 'routeEndpoint'; route: Scene['route'] }
  | Order

export type Ended = NonNullable<Awaited<ReturnType<Runbook['runStep']>>>

/** What the step has come to with the answers so far: calls that it waits for, or its end. */
export type Stand = { kind: 'waits'; calls: { index: number; call: Call }[] } | ({ kind: 'ended' } & Ended)

const ORDERS: readonly string[] = [
  'promoteNode',
  'followPrimary',
  'lendNode',
  'openNode',
  'closeNode',
] satisfies OrderName[]

const found = RUNBOOKS.find(({ kind }) => kind === 'node-group')
if (found === undefined) throw new Error('node groups have no runbook')
const nodeGroup: Runbook = found

/** Runs the step that is held from its beginning, with the answers that it has had. The code is the workflow's own. */
export async function replayStep(scene: Scene): Promise<Stand> {
  const { held } = scene.work
  if (held === null) throw new Error('nobody holds the workflow')
  const { began, answers } = held
  const waiting: { index: number; call: Call }[] = []
  let asked = 0
  const answer = (call: Call): Promise<unknown> => {
    const index = asked++
    if (index in answers) return Promise.resolve(structuredClone(answers[index]))
    waiting.push({ index, call })
    return new Promise(() => undefined)
  }
  const running = nodeGroup
    .runStep(
      { ...nothingElse, loadNodeGroup: async () => subjectOf(began, scene.isAutomatic) },
      {
        workflow: {
          id: 'wf-1',
          kind: 'node-group',
          subjectId: 'ng-1',
          parentId: 'wf-0',
          step: began.step,
          signals: began.signals,
          firstHomeAt: new Date(NOW_MS),
          failure: null,
          because: null,
          frame: structuredClone(began.frame),
          attempts: 0,
          deadlineAt: null,
        },
        signals: new Set(began.signals),
        overdue: false,
        fleet: fleetThat(answer, began.members),
        now: () => new Date(NOW_MS),
        random: (size) => new Uint8Array(size).fill(began.epoch),
      },
      noFailpoints,
    )
    .then((ran): Stand => {
      if (ran === null) throw new Error('the subject is gone')
      return { kind: 'ended', ...ran }
    })
  const waits: Promise<Stand> = nextTurn({ kind: 'waits', calls: waiting })
  return Promise.race([running, waits])
}

const nothing = () => Promise.resolve(null)
const nothingElse = {
  loadNode: nothing,
  loadReplicationGroup: nothing,
  loadCacheCluster: nothing,
  loadEdge: nothing,
  loadDockerEngine: nothing,
  loadZone: nothing,
  loadSnapshot: nothing,
}

/** A fleet each of whose calls is put to somebody; what the node group's steps never ask it has not. */
function fleetThat(
  answer: (call: Call) => Promise<unknown>,
  members: readonly { incarnation: number }[],
): Fleet {
  const pointTo = ({ port }: Pick<RouteTarget, 'port'>) => {
    const to = port - FIRST_PORT
    return { to, incarnation: members[to]?.incarnation ?? 0 }
  }
  const handler = {
    get: (_: object, name: string) => (ref: NodeRef | NodeSpec, second: unknown, third: unknown) => {
      if (name === 'routeEndpoint') {
        const { primary } = third as EndpointRoutes
        return answer({ name, route: primary === null ? null : pointTo(primary) })
      }
      const { nodeId, incarnation } = ref
      const to = indexOf(nodeId)
      if (name === 'examineNode' || name === 'fenceNode') return answer({ name, to, incarnation })
      if (!ORDERS.includes(name)) throw new Error(`the model has no ${name}`)
      const source = name === 'followPrimary' ? pointTo((second as ReplicationSource).target) : null
      return answer({ name: name as OrderName, to, incarnation, source })
    },
  }
  return new Proxy({}, handler) as Fleet
}
