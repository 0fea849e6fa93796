import { ServiceError, type Accepted, type CacheCluster, type Idempotency } from '@cacheplane/domain'
import type { Database } from '../database.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { asOneChange, lockWorkflowsOf } from './change-group.ts'
import { clusterNotFound } from './delete-replica.ts'
import { findCacheCluster } from './describe.ts'
import { recall, rememberKey } from './idempotency.ts'

export interface ClusterWish {
  accountId: string
  cacheClusterId: string
  idempotency: Idempotency | null
}

/** Answers the workflow that goes on with the change; null when the rows are all there is to it. */
type ClusterWork = (q: Queryable, cluster: CacheCluster) => Promise<string | null>

/** One transaction on a cluster that stands alone, with everything that could change it meanwhile shut out. */
export function changeCluster(db: Database, wish: ClusterWish, work: ClusterWork): Promise<Accepted> {
  return asOneChange(db, async (q) => {
    const { id, workflowId } = await lockCluster(q, wish)
    const known = await recall(q, wish)
    if (known !== null) return known
    const cluster = await findCacheCluster(q, wish.accountId, wish.cacheClusterId)
    if (cluster === null) throw clusterNotFound(wish.cacheClusterId)
    const accepted = { resourceId: id, workflowId: (await work(q, cluster)) ?? workflowId, replayed: false }
    await rememberKey(q, wish, accepted)
    return accepted
  })
}

async function lockCluster(q: Queryable, { accountId, cacheClusterId }: ClusterWish) {
  const [cluster] = await q.rows<{ id: string; owner: string | null; workflow: string }>(sql`
    SELECT c.id, g.replication_group_id AS owner, w.id AS workflow FROM cache_cluster c
    LEFT JOIN replication_group g ON g.id = c.replication_group_id
    JOIN workflow w ON w.subject_id = COALESCE(g.id, c.id)
    WHERE c.account_id = ${accountId} AND c.cache_cluster_id = ${cacheClusterId}`)
  if (cluster === undefined) throw clusterNotFound(cacheClusterId)
  if (cluster.owner !== null) {
    const message = `Cache cluster ${cacheClusterId} is a member of replication group ${cluster.owner}: modify the replication group instead.`
    throw new ServiceError('InvalidParameterCombination', message)
  }
  await lockWorkflowsOf(q, cluster.id)
  return { id: cluster.id, workflowId: cluster.workflow }
}
