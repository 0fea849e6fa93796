import {
  invariant,
  planReplicaDecrease,
  planReplicaIncrease,
  ServiceError,
  type Accepted,
  type Idempotency,
  type NodeGroup,
  type ReplicaDecrease,
  type ReplicaIncrease,
  type ReplicationGroup,
} from '@cacheplane/domain'
import { lockPlacement } from '../allocation.ts'
import type { Database } from '../database.ts'
import { insertEvent } from '../insert-event.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { changeGroup, raiseOnNodeGroup } from './change-group.ts'
import { insertCluster, networkReaching, place, type PlacementSettings } from './create-owner.ts'

interface Wish {
  accountId: string
  replicationGroupId: string
  idempotency: Idempotency | null
}

/** The rows of the new replicas; the node group's workflow makes them real. */
export function increaseReplicaCount(
  db: Database,
  settings: PlacementSettings,
  wish: Wish,
  increase: ReplicaIncrease,
): Promise<Accepted> {
  return changeGroup(db, wish, async (q, group) => {
    await lockPlacement(q)
    const shard = onlyShard(group)
    const taken = await q.rows<{ name: string }>(sql`
      SELECT cache_cluster_id AS name FROM cache_cluster
      WHERE account_id = ${group.accountId} AND starts_with(cache_cluster_id, ${`${group.replicationGroupId}-`})`)
    const names = taken.map((row) => row.name)
    const plan = planReplicaIncrease(group, shard, increase, names)
    const standing = shard.members.flatMap((member) => member.nodes.map((node) => node.zone))
    const { accountId, cacheNodeType } = group
    const zones = await place(q, { accountId, cacheNodeType, zones: plan.zones, standing }, settings)
    const network = await networkReaching(q, group.networkId, zones)
    for (const [i, cacheClusterId] of plan.cacheClusterIds.entries()) {
      const placed = { cacheClusterId, zones: zones.slice(i, i + 1), network, pools: settings.pools }
      const { id } = await insertCluster(q, { ...group, port: null }, placed)
      await q.run(sql`
        UPDATE cache_cluster SET replication_group_id = ${group.id}, node_group_id = ${shard.id} WHERE id = ${id}`)
    }
    const because = `${plan.cacheClusterIds.join(', ')} will be added`
    await tell(q, group, 'Increasing number of requested nodes', because)
    return raiseOnNodeGroup(q, shard, 'converge')
  })
}

/** Marks the replicas that are to go; the node group's workflow takes them out. */
export function decreaseReplicaCount(db: Database, wish: Wish, decrease: ReplicaDecrease): Promise<Accepted> {
  return changeGroup(db, wish, async (q, group) => {
    const shard = onlyShard(group)
    return removeReplicas(q, group, shard, planReplicaDecrease(group, shard, decrease))
  })
}

export async function removeReplicas(
  q: Queryable,
  group: ReplicationGroup,
  shard: NodeGroup,
  victims: readonly string[],
): Promise<string | null> {
  const nodeIds = shard.members
    .filter((member) => victims.includes(member.cacheClusterId))
    .flatMap((member) => member.nodes.map((node) => node.id))
  await q.run(sql`UPDATE cache_node SET leaving = true WHERE id = ANY(${nodeIds})`)
  await tell(q, group, 'Decreasing number of requested nodes', `${victims.join(', ')} will be removed`)
  return raiseOnNodeGroup(q, shard, 'converge')
}

function onlyShard(group: ReplicationGroup): NodeGroup {
  if (group.clusterEnabled)
    throw new ServiceError(
      'InvalidReplicationGroupState',
      `The number of replicas can be changed only with cluster mode disabled; replication group ${group.replicationGroupId} has it enabled.`,
    )
  const [shard] = group.nodeGroups
  invariant(shard, `replication group ${group.replicationGroupId} has a node group`)
  return shard
}

async function tell(q: Queryable, group: ReplicationGroup, message: string, because: string): Promise<void> {
  await insertEvent(q, group.accountId, {
    sourceType: 'replication-group',
    sourceIdentifier: group.replicationGroupId,
    message,
    because,
  })
}
