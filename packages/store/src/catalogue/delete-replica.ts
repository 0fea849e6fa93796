import {
  cacheClusterStatus,
  planReplicaDecrease,
  primaryOf,
  replicationGroupStatus,
  ServiceError,
  type Accepted,
  type NodeGroup,
  type ReplicationGroup,
} from '@cacheplane/domain'
import type { Database } from '../database.ts'
import { asOneChange, lockWorkflowsOf } from './change-group.ts'
import { removeReplicas } from './change-replica-count.ts'
import { findReplicationGroup } from './describe.ts'

/** DeleteCacheCluster of a member: one replica less, in the words of that operation (elasticache-reference, 2.12). */
export function deleteReplica(
  db: Database,
  accountId: string,
  replicationGroupId: string,
  cacheClusterId: string,
): Promise<Accepted> {
  return asOneChange(db, async (q) => {
    const known = await findReplicationGroup(q, accountId, replicationGroupId)
    if (known === null) throw clusterNotFound(cacheClusterId)
    await lockWorkflowsOf(q, known.id)
    const group = await findReplicationGroup(q, accountId, replicationGroupId)
    const shard = group?.nodeGroups.find((one) => memberOf(one, cacheClusterId) !== undefined)
    const cluster = shard === undefined ? undefined : memberOf(shard, cacheClusterId)
    if (group === null || shard === undefined || cluster === undefined) throw clusterNotFound(cacheClusterId)
    requireReplica(group, shard, cacheClusterId)
    const status = cacheClusterStatus(cluster)
    if (status === 'deleting') throw notDeletable(cacheClusterId, status)
    if (replicationGroupStatus(group) !== 'available')
      throw refusal(
        `Cache cluster ${cacheClusterId} cannot be deleted while replication group ${replicationGroupId} has status ${replicationGroupStatus(group)}.`,
      )
    const wish = { newReplicaCount: null, replicasToRemove: [cacheClusterId] }
    const workflowId = await removeReplicas(q, group, shard, planReplicaDecrease(group, shard, wish))
    return { resourceId: cluster.id, workflowId: workflowId ?? '', replayed: false }
  })
}

const memberOf = (shard: NodeGroup, cacheClusterId: string) =>
  shard.members.find((member) => member.cacheClusterId === cacheClusterId)

function requireReplica(group: ReplicationGroup, shard: NodeGroup, cacheClusterId: string): void {
  if (group.clusterEnabled)
    throw refusal(
      `Cache cluster ${cacheClusterId} is a member of replication group ${group.replicationGroupId}, which has cluster mode enabled, and cannot be deleted by itself.`,
    )
  const entire = 'To delete the entire replication group, use DeleteReplicationGroup.'
  if (shard.members.length === 1)
    throw refusal(
      'Cannot delete the cache cluster since it is the only member of a replication group. Delete the replication group instead.',
    )
  if (primaryOf(shard) === cacheClusterId)
    throw refusal(
      `Cache cluster ${cacheClusterId} is serving as primary for replication group ${group.replicationGroupId} and cannot be deleted. ${entire}`,
    )
  if (shard.members.length === 2 && group.automaticFailoverEnabled)
    throw refusal(
      `Cannot delete the cache cluster because it is the only read replica for replication group ${group.replicationGroupId} which has autofailover enabled or pending. ` +
        `You can disable autofailover and then delete this cache cluster. Alternatively, to delete the entire replication group, use DeleteReplicationGroup.`,
    )
}

export function clusterNotFound(cacheClusterId: string): ServiceError {
  return new ServiceError('CacheClusterNotFound', `Cache cluster ${cacheClusterId} not found.`)
}

export function notDeletable(cacheClusterId: string, status: string): ServiceError {
  return refusal(`Cache cluster ${cacheClusterId} has status ${status} which is not valid for deletion.`)
}

function refusal(message: string): ServiceError {
  return new ServiceError('InvalidCacheClusterState', message)
}
