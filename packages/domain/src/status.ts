import type { CacheCluster, CacheNode, ReplicationGroup } from './resources.ts'
import { DESTROY_STEP, FAILED_STEP, HOME_STEP, type WorkflowView } from './workflow.ts'

export type NodeStatus = 'creating' | 'available' | 'rebooting' | 'deleting'
export type ReplicationGroupStatus =
  'creating' | 'available' | 'modifying' | 'snapshotting' | 'deleting' | 'create-failed'
export type CacheClusterStatus =
  | 'creating'
  | 'available'
  | 'modifying'
  | 'snapshotting'
  | 'rebooting cluster nodes'
  | 'deleting'
  | 'create-failed'

/** Steps of the destroy branch start with this word: once there, a workflow never comes back. */
export function isDeleting(workflow: WorkflowView): boolean {
  return workflow.signals.includes('destroy') || workflow.step.startsWith(DESTROY_STEP)
}

function isHome(workflow: WorkflowView): boolean {
  return workflow.step === HOME_STEP && workflow.signals.length === 0
}

export function nodeStatus(node: CacheNode): NodeStatus {
  if (isDeleting(node.workflow)) return 'deleting'
  if (isHome(node.workflow) && node.openedAt !== null) return 'available'
  return 'creating'
}

/**
 * A group is `available` only when every node is: ElastiCache shows `available` while members still settle, which
 * races its users' automation (elasticache-reference, 1.3), so we keep `modifying`.
 */
export function replicationGroupStatus(group: ReplicationGroup): ReplicationGroupStatus {
  const nodes = group.nodeGroups.flatMap((shard) => shard.members.flatMap((member) => member.nodes))
  return ownerStatus(group.workflow, nodes)
}

export function cacheClusterStatus(cluster: CacheCluster): CacheClusterStatus {
  if (cluster.replicationGroupId === null) return ownerStatus(cluster.workflow, cluster.nodes)
  if (isDeleting(cluster.workflow)) return 'deleting'
  if (cluster.workflow.step === FAILED_STEP) return 'create-failed'
  return cluster.nodes.every((node) => nodeStatus(node) === 'available')
    ? 'available'
    : cluster.workflow.firstHomeAt === null
      ? 'creating'
      : 'modifying'
}

function ownerStatus(workflow: WorkflowView, nodes: readonly CacheNode[]) {
  if (isDeleting(workflow)) return 'deleting'
  if (workflow.step === FAILED_STEP) return 'create-failed'
  if (workflow.firstHomeAt === null) return 'creating'
  const settled = isHome(workflow) && nodes.every((node) => nodeStatus(node) === 'available')
  return settled ? 'available' : 'modifying'
}

/** Nothing more will happen to it unless somebody asks. */
export function isSettled(status: ReplicationGroupStatus | CacheClusterStatus): boolean {
  return status === 'available' || status === 'create-failed'
}
