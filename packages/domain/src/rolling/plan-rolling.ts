import { minutes } from '../duration.ts'
import { findObstacle } from './find-obstacle.ts'
import type { NodeChoice } from '../resources.ts'
import { describeChoice, isSameChoice } from './node-choice.ts'

/** A node of a node group under a rolling change, as it was just seen. */
export interface RollingNode {
  nodeId: string
  cacheClusterId: string
  choice: NodeChoice
  /** Its container was made of an older image than it would be made of now, and that is to change. */
  isOutdated: boolean
  /** It is a node of a cluster. */
  inCluster: boolean
  isPrimary: boolean
  /** Id of the node whose place it is to take; null for one that has its place. */
  replaces: string | null
  leaving: boolean
  /** It was let in, and is seen to serve with a complete copy. */
  hasCopy: boolean
  /** Why it could not be made; null otherwise. */
  failure: string | null
  ageMs: number
}

export interface RollingCase {
  nodes: readonly RollingNode[]
  /** What every node is to be; null when each stays what it is, of a newer image. */
  wanted: NodeChoice | null
  /** Whether every node is to be one of a cluster; null when each stays what it is. */
  inCluster: boolean | null
  /** Why the data cannot be a cluster's; null when they can, or are one's. */
  misfit: string | null
  /** Nothing further is begun. */
  isStopping: boolean
  /** Another node group of the same replication group is at it. */
  isOthersTurn: boolean
  /** Every member serves, and nothing else is to be done. */
  isSettled: boolean
  /** What the data of the primary take; null when it has not said. */
  usedBytes: number | null
  /** How often a successor tried to take over from the primary, and did not in time. */
  switchesFailed: number
}

export type RollingAction =
  /** Makes a successor of the node, beside it. */
  | { do: 'add'; nodeId: string }
  /** Takes the node out: somebody else has its place, or it is wanted no more. */
  | { do: 'retire'; nodeId: string; because: string }
  /** The successor of the primary takes over, in a planned switch. */
  | { do: 'switch'; nodeId: string }
  | { do: 'wait'; because: string }
  /** The change cannot go on; a successor that is no use is taken out. */
  | { do: 'stop'; because: string; retire: string | null }
  | { do: 'finish' }

/** A first copy that takes longer than this does not come. */
export const COPY_WITHIN_MS = minutes(10)
const SWITCHES_MAX = 3

const wait = (because: string) => ({ do: 'wait', because }) as const

/**
 * The next step of a rolling change. New before old: each node in turn gets a successor beside it, which copies the primary
 * and takes its place, replicas first and the primary last. So there are never fewer copies than before, at most one node
 * is taken down on purpose at a time, and an old node never has to follow a newer one. Of several shards one has a successor.
 * Nodes of a cluster follow nobody outside, and others follow anybody: on the way into a cluster the primary comes first.
 */
export function planRolling(seen: RollingCase): RollingAction {
  const { nodes, wanted, inCluster, isSettled, isStopping, isOthersTurn, usedBytes } = seen
  const primary = nodes.find((node) => node.isPrimary)
  if (primary === undefined) return wait('the node group has no primary')
  const successor = nodes.find((node) => node.replaces !== null && !node.leaving)
  if (successor !== undefined) return tendSuccessor(seen, successor, primary)
  if (nodes.some((node) => node.leaving)) return wait('a node is being taken out')
  if (!isSettled) return wait('not every member serves')
  const [next] = nodes
    .filter((node) => !isCurrent(node, seen))
    .sort(inCluster === true ? primaryFirst : replicasFirst)
  if (next === undefined || isStopping) return { do: 'finish' }
  if (isOthersTurn) return wait('another shard is changing')
  const obstacle = seen.misfit ?? findObstacle(primary.choice, wanted ?? next.choice, usedBytes)
  return obstacle === null
    ? { do: 'add', nodeId: next.nodeId }
    : { do: 'stop', because: obstacle, retire: null }
}

function isCurrent(node: RollingNode, { wanted, inCluster }: RollingCase): boolean {
  const isOfMode = inCluster === null || node.inCluster === inCluster
  return !node.isOutdated && isOfMode && (wanted === null || isSameChoice(node.choice, wanted))
}

function primaryFirst(a: RollingNode, b: RollingNode): number {
  return Number(b.isPrimary) - Number(a.isPrimary) || replicasFirst(a, b)
}

function replicasFirst(a: RollingNode, b: RollingNode): number {
  return Number(a.isPrimary) - Number(b.isPrimary) || (a.cacheClusterId < b.cacheClusterId ? -1 : 1)
}

function tendSuccessor(seen: RollingCase, successor: RollingNode, primary: RollingNode): RollingAction {
  const { nodeId, cacheClusterId, choice } = successor
  const old = seen.nodes.find((node) => node.nodeId === successor.replaces)
  if (old === undefined || old.leaving) return wait('the node before is being taken out')
  if (!successor.isPrimary) {
    if (successor.failure !== null) return { do: 'stop', because: successor.failure, retire: nodeId }
    // A failover has done what was to be done, or what was wanted is another thing now.
    if (isCurrent(old, seen)) return retire(nodeId, 'its place is taken')
    if (seen.misfit !== null) return { do: 'stop', because: seen.misfit, retire: nodeId }
    if (!successor.hasCopy) return awaitCopy(successor)
  }
  if (!seen.isSettled) return wait('not every member serves')
  if (!old.isPrimary) return retire(old.nodeId, `${cacheClusterId} is ${describeChoice(choice)} now`)
  const obstacle = findObstacle(primary.choice, choice, seen.usedBytes)
  if (obstacle !== null) return { do: 'stop', because: obstacle, retire: nodeId }
  if (seen.switchesFailed < SWITCHES_MAX) return { do: 'switch', nodeId }
  const because = `the successor of the primary did not catch up in time, ${SWITCHES_MAX} times`
  return { do: 'stop', because, retire: nodeId }
}

const retire = (nodeId: string, because: string) => ({ do: 'retire', nodeId, because }) as const

function awaitCopy({ nodeId, cacheClusterId, choice, ageMs }: RollingNode): RollingAction {
  if (ageMs < COPY_WITHIN_MS) return wait(`${cacheClusterId} is being made as ${describeChoice(choice)}`)
  const because = `a new node of ${cacheClusterId} has had no complete copy within ${COPY_WITHIN_MS / minutes(1)} minutes`
  return { do: 'stop', because, retire: nodeId }
}
