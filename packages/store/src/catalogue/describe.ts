import type { CacheCluster, Page, ReplicationGroup } from '@cacheplane/domain'
import type { Queryable } from '../queryable.ts'
import { readCluster, readGroup, type CacheClusterDoc, type ReplicationGroupDoc } from '../documents.ts'
import { sql } from '../sql.ts'

export async function findReplicationGroup(
  q: Queryable,
  accountId: string,
  id: string,
): Promise<ReplicationGroup | null> {
  const [row] = await q.rows<{ doc: ReplicationGroupDoc }>(sql`
    SELECT doc FROM replication_group_doc WHERE account_id = ${accountId} AND replication_group_id = ${id}`)
  return row === undefined ? null : readGroup(row.doc)
}

export async function listReplicationGroups(
  q: Queryable,
  accountId: string,
  page: Page,
): Promise<ReplicationGroup[]> {
  const rows = await q.rows<{ doc: ReplicationGroupDoc }>(sql`
    SELECT doc FROM replication_group_doc WHERE account_id = ${accountId} AND replication_group_id > ${page.after ?? ''}
    ORDER BY replication_group_id LIMIT ${page.limit}`)
  return rows.map((row) => readGroup(row.doc))
}

export async function findCacheCluster(
  q: Queryable,
  accountId: string,
  id: string,
): Promise<CacheCluster | null> {
  const [row] = await q.rows<{ doc: CacheClusterDoc }>(sql`
    SELECT doc FROM cache_cluster_doc WHERE account_id = ${accountId} AND cache_cluster_id = ${id}`)
  return row === undefined ? null : readCluster(row.doc)
}

export async function listCacheClusters(
  q: Queryable,
  accountId: string,
  page: Page & { standaloneOnly: boolean },
): Promise<CacheCluster[]> {
  const rows = await q.rows<{ doc: CacheClusterDoc }>(sql`
    SELECT doc FROM cache_cluster_doc WHERE account_id = ${accountId} AND cache_cluster_id > ${page.after ?? ''}
      AND (replication_group_id IS NULL OR ${!page.standaloneOnly})
    ORDER BY cache_cluster_id LIMIT ${page.limit}`)
  return rows.map((row) => readCluster(row.doc))
}
