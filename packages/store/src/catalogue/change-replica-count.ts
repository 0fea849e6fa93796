import {
  planReplicaDecreases,
  planReplicaIncreases,
  type Accepted,
  type GroupReplicaDecrease,
  type GroupReplicaIncrease,
  type NodeGroup,
  type ReplicaIncreasePlan,
  type ReplicationGroup,
} from '@cacheplane/domain'
import { lockPlacement } from '../allocation.ts'
import type { Database } from '../database.ts'
import { insertEvent } from '../insert-event.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { changeGroup, raiseOnNodeGroup, type ChangeWish } from './change-group.ts'
import { insertCluster, networkReaching, place, type PlacementSettings } from './create-owner.ts'

/** The rows of the new replicas; the node groups' workflows make them real. */
export function increaseReplicaCount(
  db: Database,
  settings: PlacementSettings,
  wish: ChangeWish,
  increase: GroupReplicaIncrease,
): Promise<Accepted> {
  return changeGroup(db, wish, async (q, group) => {
    await lockPlacement(q)
    const taken = await q.rows<{ name: string }>(sql`
      SELECT cache_cluster_id AS name FROM cache_cluster
      WHERE account_id = ${group.accountId} AND starts_with(cache_cluster_id, ${`${group.replicationGroupId}-`})`)
    const names = taken.map((row) => row.name)
    const plans = planReplicaIncreases(group, increase, names)
    for (const { shard, plan } of plans) await addReplicas(q, settings, group, shard, plan)
    const added = plans.flatMap(({ plan }) => plan.cacheClusterIds).join(', ')
    await tell(q, group, 'Increasing number of requested nodes', `${added} will be added`)
    return raiseOnEach(q, plans)
  })
}

async function addReplicas(
  q: Queryable,
  settings: PlacementSettings,
  group: ReplicationGroup,
  shard: NodeGroup,
  plan: ReplicaIncreasePlan,
): Promise<void> {
  const standing = shard.members.flatMap((member) => member.nodes.map((node) => node.zone))
  const { accountId, cacheNodeType, clusterEnabled: inCluster } = group
  const zonesFrom = 'replicaConfiguration'
  const zones = await place(q, { accountId, cacheNodeType, zones: plan.zones, standing, zonesFrom }, settings)
  const network = await networkReaching(q, group.networkId, zones)
  for (const [i, cacheClusterId] of plan.cacheClusterIds.entries()) {
    const placed = { cacheClusterId, zones: zones.slice(i, i + 1), network, pools: settings.pools, inCluster }
    const { id } = await insertCluster(q, { ...group, port: null }, placed)
    await q.run(sql`
      UPDATE cache_cluster SET replication_group_id = ${group.id}, node_group_id = ${shard.id} WHERE id = ${id}`)
  }
}

/** Marks the replicas that are to go; the node groups' workflows take them out. */
export function decreaseReplicaCount(
  db: Database,
  wish: ChangeWish,
  decrease: GroupReplicaDecrease,
): Promise<Accepted> {
  return changeGroup(db, wish, async (q, group) => {
    const plans = planReplicaDecreases(group, decrease)
    const workflowIds: (string | null)[] = []
    for (const { shard, victims } of plans) workflowIds.push(await removeReplicas(q, group, shard, victims))
    return workflowIds[0] ?? null
  })
}

async function raiseOnEach(q: Queryable, plans: readonly { shard: NodeGroup }[]): Promise<string | null> {
  const workflowIds: (string | null)[] = []
  for (const { shard } of plans) workflowIds.push(await raiseOnNodeGroup(q, shard, 'converge'))
  return workflowIds[0] ?? null
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

async function tell(q: Queryable, group: ReplicationGroup, message: string, because: string): Promise<void> {
  await insertEvent(q, group.accountId, {
    sourceType: 'replication-group',
    sourceIdentifier: group.replicationGroupId,
    message,
    because,
  })
}
