import type { CacheCluster, CacheNode, Endpoint, NodeGroup, ReplicationGroup } from './resources.ts'
import { standingNodes } from './rolling/standing-nodes.ts'
import { DESTROY_STEP, FAILED_STEP, HOME_STEP, type Signal, type WorkflowView } from './workflow.ts'

export type NodeStatus = 'creating' | 'available' | 'rebooting' | 'deleting'
export type NodeGroupStatus = 'creating' | 'available' | 'modifying' | 'deleting'
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
  | 'restore-failed'

/**
 * Steps of the destroy branch start with this word: once there, a workflow never comes back. ElastiCache shows no other status
 * while the final snapshot is taken (elasticache-reference, 1.3).
 */
export function isDeleting({ step, signals }: WorkflowView): boolean {
  return signals.includes('destroy') || signals.includes('retire') || step.startsWith(DESTROY_STEP)
}

function isHome(workflow: WorkflowView): boolean {
  return workflow.step === HOME_STEP && workflow.signals.length === 0
}

/** At home, apart from a signal that disturbs no client. */
function isHomeBut({ step, signals }: WorkflowView, harmless: Signal): boolean {
  return step === HOME_STEP && signals.every((signal) => signal === harmless)
}

export function nodeStatus(node: CacheNode): NodeStatus {
  if (isDeleting(node.workflow) || node.leaving) return 'deleting'
  if (node.rebooting) return 'rebooting'
  if (isHomeBut(node.workflow, 'configure') && node.openedAt !== null) return 'available'
  return 'creating'
}

const isBeingConfigured = ({ workflow }: CacheNode): boolean => workflow.signals.includes('configure')

const areAvailable = (nodes: readonly CacheNode[]): boolean =>
  nodes.every((node) => nodeStatus(node) === 'available')

/** Its clients come through the endpoint, so that without one it serves nobody. */
export function nodeGroupStatus(shard: NodeGroup): NodeGroupStatus {
  if (isDeleting(shard.workflow)) return 'deleting'
  if (shard.workflow.firstHomeAt === null) return 'creating'
  const settled = isHome(shard.workflow) && isServed(shard.endpoint)
  const nodes = shard.members.flatMap((member) => member.nodes)
  return settled && areAvailable(nodes) ? 'available' : 'modifying'
}

/** In cluster mode a node group has no endpoint of its own. */
const isServed = (endpoint: Endpoint | null): boolean => endpoint === null || endpoint.servingAt !== null

/**
 * A group is `available` only when every node is: ElastiCache shows `available` while members still settle, which
 * races its users' automation (elasticache-reference, 1.3), so we keep `modifying`.
 */
export function replicationGroupStatus(group: ReplicationGroup): ReplicationGroupStatus {
  const status = ownerStatus(
    group.workflow,
    isServed(group.configurationEndpoint) &&
      group.resharding === null &&
      group.nodeGroups.every((shard) => nodeGroupStatus(shard) === 'available'),
  )
  return status === 'available' && group.snapshotting ? 'snapshotting' : status
}

export function cacheClusterStatus(cluster: CacheCluster): CacheClusterStatus {
  if (cluster.replicationGroupId === null) return standaloneStatus(cluster)
  const { workflow } = cluster
  const nodes = standingNodes(cluster.nodes)
  if (isDeleting(workflow) || nodes.some((node) => nodeStatus(node) === 'deleting')) return 'deleting'
  if (workflow.step === FAILED_STEP) return 'create-failed'
  if (nodes.some(isRebooting)) return 'rebooting cluster nodes'
  if (areAvailable(cluster.nodes)) return 'available'
  return nodes.every((node) => node.workflow.firstHomeAt !== null) ? 'modifying' : 'creating'
}

function standaloneStatus({
  workflow,
  memcached,
  fromSnapshot,
  ...cluster
}: CacheCluster): CacheClusterStatus {
  const nodes = standingNodes(cluster.nodes)
  const isFound = memcached === null || (memcached.endpoint?.servingAt ?? null) !== null
  const status = ownerStatus(workflow, isFound && areAvailable(nodes) && !nodes.some(isBeingConfigured))
  if (status === 'create-failed' && fromSnapshot) return 'restore-failed'
  return status === 'modifying' && nodes.some(isRebooting) ? 'rebooting cluster nodes' : status
}

const isRebooting = (node: CacheNode): boolean => nodeStatus(node) === 'rebooting'

function ownerStatus(workflow: WorkflowView, isServing: boolean) {
  if (isDeleting(workflow)) return 'deleting'
  if (workflow.step === FAILED_STEP) return 'create-failed'
  if (workflow.firstHomeAt === null) return 'creating'
  return isHome(workflow) && isServing ? 'available' : 'modifying'
}

/** Nothing more will happen to it unless somebody asks. */
export function isSettled(status: ReplicationGroupStatus | CacheClusterStatus): boolean {
  return status === 'available' || isCreationFailed(status)
}

/** It was never served, and never will be. ElastiCache tells a cache cluster that was made from a snapshot apart. */
export const isCreationFailed = (status: ReplicationGroupStatus | CacheClusterStatus): boolean =>
  status === 'create-failed' || status === 'restore-failed'
