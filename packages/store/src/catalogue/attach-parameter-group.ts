import {
  eventOfCluster,
  requireExchangeable,
  type CacheCluster,
  type ReplicationGroup,
} from '@cacheplane/domain'
import { insertEvent } from '../insert-event.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { raiseOn } from '../workflows/raise.ts'
import { raiseOnNodeGroup } from './change-group.ts'
import { holdParameterGroup } from './parameter-group-users.ts'

/** Has every member of a replication group use another parameter group. Answers a workflow that goes on with it. */
export async function attachToGroup(
  q: Queryable,
  group: ReplicationGroup,
  name: string,
): Promise<string | null> {
  const parameterGroup = await holdParameterGroup(q, group.accountId, name)
  const members = group.nodeGroups.flatMap((shard) => shard.members)
  const { clusterEnabled } = group
  for (const member of members) requireExchangeable(parameterGroup, { ...member, clusterEnabled })
  await q.run(sql`UPDATE replication_group SET cache_parameter_group_name = ${name} WHERE id = ${group.id}`)
  await q.run(
    sql`UPDATE cache_cluster SET cache_parameter_group_name = ${name} WHERE replication_group_id = ${group.id}`,
  )
  for (const member of members) await tell(q, member, name)
  const woken: (string | null)[] = []
  for (const shard of group.nodeGroups) woken.push(await raiseOnNodeGroup(q, shard, 'configure'))
  return woken[0] ?? null
}

/** The same for a cache cluster that stands alone. */
export async function attachToCluster(
  q: Queryable,
  cluster: CacheCluster,
  name: string,
): Promise<string | null> {
  const parameterGroup = await holdParameterGroup(q, cluster.accountId, name)
  requireExchangeable(parameterGroup, { ...cluster, clusterEnabled: false })
  await q.run(sql`UPDATE cache_cluster SET cache_parameter_group_name = ${name} WHERE id = ${cluster.id}`)
  await tell(q, cluster, name)
  const woken: (string | null)[] = []
  for (const { id } of cluster.nodes) woken.push(await raiseOn(q, 'node', id, 'configure'))
  return woken[0] ?? null
}

function tell(q: Queryable, { accountId, cacheClusterId }: CacheCluster, name: string): Promise<void> {
  return insertEvent(
    q,
    accountId,
    eventOfCluster(cacheClusterId, `Updated to use a CacheParameterGroup ${name}`),
  )
}
