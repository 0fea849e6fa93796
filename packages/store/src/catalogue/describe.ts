import type { CacheCluster, Page, ReplicationGroup } from '@cacheplane/domain'
import type { Queryable } from '../queryable.ts'
import { readCluster, readGroup, type CacheClusterDoc, type ReplicationGroupDoc } from '../documents.ts'
import { prepared } from '../sql.ts'

const findGroup = prepared('find_group')
const findCluster = prepared('find_cluster')
const listClusters = prepared('list_clusters')

export async function findReplicationGroup(
  q: Queryable,
  accountId: string,
  id: string,
): Promise<ReplicationGroup | null> {
  const [row] = await q.rows<{ doc: ReplicationGroupDoc; snapshotting: boolean }>(findGroup`
    SELECT row_to_json(v) AS doc, EXISTS (SELECT 1 FROM snapshotting_view b WHERE b."sourceRow" = v.id) AS snapshotting FROM replication_group_view v WHERE "accountId" = ${accountId} AND "replicationGroupId" = ${id}`)
  return row === undefined ? null : readGroup(row.doc, row.snapshotting)
}

export async function findCacheCluster(
  q: Queryable,
  accountId: string,
  id: string,
): Promise<CacheCluster | null> {
  const [row] = await q.rows<{ doc: CacheClusterDoc }>(findCluster`
    SELECT row_to_json(v) AS doc FROM cache_cluster_view v WHERE "accountId" = ${accountId} AND "cacheClusterId" = ${id}`)
  return row === undefined ? null : readCluster(row.doc)
}

export async function listCacheClusters(
  q: Queryable,
  accountId: string,
  page: Page & { standaloneOnly: boolean },
): Promise<CacheCluster[]> {
  const rows = await q.rows<{ doc: CacheClusterDoc }>(listClusters`
    SELECT row_to_json(v) AS doc FROM cache_cluster_view v WHERE "accountId" = ${accountId} AND "cacheClusterId" > ${page.after ?? ''}
      AND ("replicationGroupId" IS NULL OR ${!page.standaloneOnly})
    ORDER BY "cacheClusterId" LIMIT ${page.limit}`)
  return rows.map((row) => readCluster(row.doc))
}
