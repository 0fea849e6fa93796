import type { OutageMode, ZoneSubject } from '@cacheplane/domain'
import { readCluster, type CacheClusterDoc } from '../documents.ts'
import type { Queryable } from '../queryable.ts'
import { prepared } from '../sql.ts'

const zoneSubject = prepared('zone_subject')

/** What the workflow of an outage sees. */
export async function loadZone(q: Queryable, name: string): Promise<ZoneSubject | null> {
  const [row] = await q.rows<{ mode: OutageMode; docs: CacheClusterDoc[] }>(zoneSubject`
    SELECT z.outage_mode AS mode, (SELECT COALESCE(json_agg(v ORDER BY v.id), '[]') FROM cache_cluster_view v
      WHERE v.id IN (SELECT n.cluster_id FROM cache_node n WHERE n.zone = z.name)) AS docs
    FROM zone z WHERE z.name = ${name} AND z.outage_mode IS NOT NULL`)
  if (row === undefined) return null
  const clusters = row.docs.map(readCluster)
  const nodes = clusters.flatMap((cluster) => cluster.nodes.map((node) => ({ node, cluster })))
  return { zone: name, mode: row.mode, nodes: nodes.filter(({ node }) => node.zone === name) }
}
