import {
  canFollow,
  choiceOf,
  describeChoice,
  findObstacle,
  hop,
  milliseconds,
  nap,
  newId,
  nodeRef,
  planRolling,
  unreachable,
  type NodeChoice,
  type NodeReading,
  type NodeSubject,
  type RollingCase,
  type RollingNode,
} from '@cacheplane/domain'
import { beginTakeover } from './begin-failover.ts'
import {
  EXAMINE_MS,
  isAtHome,
  memberEvent,
  mustFind,
  primaryOf,
  tellCluster,
  type Context,
} from './context.ts'
import { misfitOf } from './into-cluster.ts'

/** What was just done is not in the rows yet, or a node is on its way out. */
const LOOK_AGAIN_MS = milliseconds(250)
/** Until the successor in another shard has its place. */
const OTHERS_MS = milliseconds(500)

type Readings = ReadonlyMap<string, NodeReading>

/**
 * The next step of a rolling change; null when none is under way. Called only while the primary serves: whatever happens
 * to it comes first, and the rows tell where to go on.
 *
 * @param unrest why not every member is where it should be; null when all are
 */
export async function roll(c: Context, readings: Readings, unrest: string | null) {
  const { group } = c.subject
  const wanted = group.pending?.state === 'rolling' ? group.pending.wanted : null
  if (wanted === null && group.update === null) return null
  const action = planRolling(rollingCase(c, wanted, readings, unrest))
  switch (action.do) {
    case 'add':
      return add(c, action.nodeId, wanted)
    case 'retire':
      retire(c, action.nodeId, action.because)
      return goOn(c)
    case 'switch':
      return beginTakeover(c, mustFind(c, action.nodeId))
    case 'wait':
      return unrest === null ? nap(group.isOthersTurn ? OTHERS_MS : LOOK_AGAIN_MS, action.because) : null
    case 'stop':
      return stop(c, action.because, action.retire)
    case 'finish':
      return finish(c, wanted)
    default:
      return unreachable(action)
  }
}

async function add(c: Context, nodeId: string, wanted: NodeChoice | null) {
  const elsewhere = wanted === null ? null : await obstacleElsewhere(c, wanted)
  if (elsewhere !== null) return stop(c, elsewhere, null)
  const choice = wanted ?? choiceOf(mustFind(c, nodeId))
  const inCluster = wantedInCluster(c) ?? mustFind(c, nodeId).node.busPort !== null
  c.change({ do: 'add-successor', nodeId, successorId: newId('node', c.random), choice, inCluster })
  return goOn(c)
}

function stop(c: Context, because: string, retireId: string | null) {
  c.change({ do: 'stop-rolling', groupId: c.subject.group.id, because })
  if (retireId !== null) c.change({ do: 'set-leaving', nodeId: retireId })
  c.frame.switchesFailed = 0
  return hop('converge')
}

/** Nothing is begun in one shard that another could not follow: why it could not, null when all can. */
async function obstacleElsewhere(c: Context, wanted: NodeChoice): Promise<string | null> {
  const obstacles = await Promise.all(
    c.subject.sisters.map(async ({ nodeGroupId, primary }) => {
      if (primary === null) return null
      const reading = await c.fleet.examineNode(nodeRef(primary), EXAMINE_MS)
      const usedBytes = reading.kind === 'serving' ? reading.usedMemoryBytes : null
      const because = findObstacle(choiceOf(primary), wanted, usedBytes)
      return because === null ? null : `in shard ${nodeGroupId} ${because}`
    }),
  )
  return obstacles.find((because) => because !== null) ?? null
}

/** @param wanted null when nodes stay what they are, and get a newer image for a service update */
function rollingCase(
  c: Context,
  wanted: NodeChoice | null,
  readings: Readings,
  unrest: string | null,
): RollingCase {
  const { nodes, group } = c.subject
  const reading = readings.get(primaryOf(c).node.id)
  return {
    nodes: nodes.map((one) => rollingNode(c, one, readings)),
    wanted,
    inCluster: wantedInCluster(c),
    misfit: wantedInCluster(c) === true ? misfitOf(c, readings) : null,
    isStopping: wanted === null && group.update?.isStopping === true,
    isOthersTurn: group.isOthersTurn,
    isSettled: unrest === null,
    usedBytes: reading?.kind === 'serving' ? reading.usedMemoryBytes : null,
    switchesFailed: c.frame.switchesFailed,
  }
}

/** Null while the cluster mode stays. */
function wantedInCluster({ subject: { group } }: Context): boolean | null {
  const mode = group.pending?.state === 'rolling' ? group.pending.clusterMode : null
  return mode === null ? null : mode !== 'disabled'
}

function finish(c: Context, wanted: NodeChoice | null): null {
  const { id: groupId, update } = c.subject.group
  if (wanted !== null) c.change({ do: 'finish-rolling', groupId, wanted })
  if (wantedInCluster(c) !== null) tellCluster(c)
  if (update !== null) c.change({ do: 'finish-update', actionId: update.actionId })
  c.frame.switchesFailed = 0
  return null
}

/** A long change has no old signal to answer for: the step itself says that it is not over. */
function goOn(c: Context) {
  c.clear('converge')
  return hop('converge')
}

function rollingNode(c: Context, one: NodeSubject, readings: Readings): RollingNode {
  const { node, cluster } = one
  const isPrimary = node.id === c.subject.nodeGroup.primaryNodeId
  return {
    nodeId: node.id,
    cacheClusterId: cluster.cacheClusterId,
    choice: choiceOf(one),
    isOutdated: c.subject.group.update?.outdatedNodeIds.includes(node.id) === true,
    inCluster: node.busPort !== null,
    isPrimary,
    replaces: node.replaces,
    leaving: node.leaving,
    hasCopy: isAtHome(one) && node.openedAt !== null && isWhole(readings.get(node.id), isPrimary),
    failure: node.workflow.failure,
    ageMs: c.now().getTime() - node.createdAt.getTime(),
  }
}

function isWhole(reading: NodeReading | undefined, isPrimary: boolean): boolean {
  if (reading?.kind !== 'serving' || !reading.open) return false
  const { loading, link } = reading.replication
  return !loading && (isPrimary || (link?.up === true && !link.syncing))
}

/** Who has its place by now is told of; one that never had a place goes without a word. */
function retire(c: Context, nodeId: string, because: string): void {
  c.change({ do: 'set-leaving', nodeId })
  const one = mustFind(c, nodeId)
  if (one.node.replaces === null) memberEvent(c, one, `Replaced cache node ${one.node.cacheNodeId}`, because)
}

/** Its version cannot copy that of the primary: after a failover in the middle of an upgrade it would ask without end. */
export function isStranded(c: Context, one: NodeSubject): boolean {
  return !canFollow(choiceOf(one), choiceOf(primaryOf(c)))
}

/**
 * A stranded node is made again as what the primary is; one that has a successor makes way for it, and a successor that
 * was to bring an older version back is no use any more.
 */
export function renew(c: Context, one: NodeSubject): void {
  const { node } = one
  const isSucceeded = c.subject.nodes.some((other) => other.node.replaces === node.id && !other.node.leaving)
  if (isSucceeded || node.replaces !== null) return c.change({ do: 'set-leaving', nodeId: node.id })
  remake(c, one, choiceOf(primaryOf(c)))
}

/** Its next incarnation runs this. */
export function remake(
  c: Context,
  one: NodeSubject,
  { engine, engineVersion }: Pick<NodeChoice, 'engine' | 'engineVersion'>,
): void {
  const choice = { ...choiceOf(one), engine, engineVersion }
  c.change({ do: 'renew-node', nodeId: one.node.id, choice })
  c.change({ do: 'raise', kind: 'node', subjectId: one.node.id, signal: 'replace' })
  memberEvent(c, one, `Replacing cache node ${one.node.cacheNodeId}`, `it becomes ${describeChoice(choice)}`)
}
