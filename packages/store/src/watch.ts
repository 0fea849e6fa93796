import type { NodeSubject } from '@cacheplane/domain'
import type { Database } from './database.ts'
import { readCluster, type CacheClusterDoc } from './documents.ts'
import { prepared } from './sql.ts'

/** Longer than a busy worker may take between two heartbeats. */
const ALIVE_MS = 3_000
const FORGOTTEN_MS = 60_000

const beat = prepared('heartbeat')
const serving = prepared('serving_nodes')

/** One statement, as every worker does it each second. */
export async function heartbeat(db: Database, owner: string): Promise<string[]> {
  const rows = await db.rows<{ id: string }>(beat`
    WITH own AS (
      INSERT INTO worker (id, seen_at) VALUES (${owner}, clock_now())
      ON CONFLICT (id) DO UPDATE SET seen_at = clock_now() RETURNING id),
    forgotten AS (
      DELETE FROM worker WHERE id <> ${owner} AND seen_at < clock_now() - ${FORGOTTEN_MS} * interval '1 millisecond')
    SELECT id FROM worker WHERE seen_at > clock_now() - ${ALIVE_MS} * interval '1 millisecond'
    UNION SELECT id FROM own ORDER BY id`)
  return rows.map(({ id }) => id)
}

export async function servingNodes(db: Database): Promise<Pick<NodeSubject, 'node' | 'cluster'>[]> {
  const rows = await db.rows<{ doc: CacheClusterDoc }>(serving`
    SELECT row_to_json(v) AS doc FROM cache_cluster_view v WHERE v."nodeGroupRow" IS NOT NULL AND EXISTS
      (SELECT 1 FROM cache_node n WHERE n.cluster_id = v.id AND n.opened_at IS NOT NULL)`)
  return rows.flatMap(({ doc }) => {
    const cluster = readCluster(doc)
    return cluster.nodes.map((node) => ({ node, cluster }))
  })
}
