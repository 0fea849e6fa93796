import { invariant } from '@cacheplane/domain'
import { releaseSubnet } from '../allocation.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { endRestore } from './end-restore.ts'
import { releaseConfigurationEndpoint, releaseEndpoint } from './apply-edge-change.ts'

/** Also of node groups that are left, so that there is no way to lose an endpoint. */
export async function removeReplicationGroup(q: Queryable, id: string): Promise<void> {
  const [group] = await q.rows<{ network_id: string }>(
    sql`SELECT network_id FROM replication_group WHERE id = ${id}`,
  )
  if (group === undefined) return
  await refuseNodesLeft(q, group.network_id)
  const shards = await q.rows<{ id: string }>(
    sql`SELECT id FROM node_group WHERE replication_group_id = ${id}`,
  )
  for (const shard of shards) await releaseEndpoint(q, shard.id)
  await releaseEndpoint(q, id)
  await endRestore(q, id)
  await q.run(sql`DELETE FROM replication_group WHERE id = ${id}`)
  await removeNetwork(q, group.network_id)
}

export async function removeCacheCluster(q: Queryable, id: string): Promise<void> {
  const [cluster] = await q.rows<{ network_id: string }>(
    sql`SELECT network_id FROM cache_cluster WHERE id = ${id}`,
  )
  if (cluster === undefined) return
  await refuseNodesLeft(q, cluster.network_id)
  await releaseConfigurationEndpoint(q, id)
  await endRestore(q, id)
  await q.run(sql`DELETE FROM cache_cluster WHERE id = ${id}`)
  await removeNetwork(q, cluster.network_id)
}

async function refuseNodesLeft(q: Queryable, networkId: string): Promise<void> {
  const left = await q.rows(sql`
    SELECT 1 FROM cache_node n JOIN cache_cluster c ON c.id = n.cluster_id WHERE c.network_id = ${networkId} LIMIT 1`)
  invariant(left.length === 0, `nothing of network ${networkId} is left when its owner goes`)
}

async function removeNetwork(q: Queryable, networkId: string): Promise<void> {
  await releaseSubnet(q, networkId)
  await q.run(sql`DELETE FROM network WHERE id = ${networkId}`)
}
