import type { Failover } from '@cacheplane/domain'
import type { Queryable } from '../queryable.ts'
import { readFailover, type FailoverRow } from '../read-failover.ts'
import { sql } from '../sql.ts'

/** Newest first. Null when there is no such group. */
export async function listFailovers(
  q: Queryable,
  accountId: string,
  replicationGroupId: string,
  limit: number,
): Promise<Failover[] | null> {
  const [group] = await q.rows<{ id: string }>(sql`
    SELECT id FROM replication_group WHERE account_id = ${accountId} AND replication_group_id = ${replicationGroupId}`)
  if (group === undefined) return null
  const rows = await q.rows<FailoverRow>(sql`
    SELECT f.id, s.node_group_id, f.epoch, f.kind, f.status, f.cause, f.from_cache_cluster_id, f.to_cache_cluster_id, f.phases,
      f.requested_at, f.ended_at
    FROM failover f JOIN node_group s ON s.id = f.node_group_id WHERE s.replication_group_id = ${group.id}
    ORDER BY f.requested_at DESC, f.id DESC LIMIT ${limit}`)
  return rows.map(readFailover)
}
