import type { Edge } from '@cacheplane/domain'
import type { Queryable } from '../queryable.ts'
import { prepared } from '../sql.ts'

const edgeSubject = prepared('edge_subject')

/** What an edge's workflow sees. */
export async function loadEdge(q: Queryable, id: string): Promise<Edge | null> {
  const [edge] = await q.rows<Edge>(edgeSubject`
    SELECT e.id, e.engine_id AS "engineId", e.kind, e.incarnation, e.control_port AS "controlPort", e.presence,
      e.serving_at AS "servingAt",
      (SELECT z.address FROM zone z WHERE z.engine_id = e.engine_id ORDER BY z.name LIMIT 1) AS address,
      (SELECT COALESCE(json_agg(json_build_object('slot', p.slot, 'primaryPort', p.primary_port, 'readerPort', p.reader_port)
        ORDER BY p.slot), '[]') FROM endpoint p WHERE p.edge_id = e.id) AS slots
    FROM edge e WHERE e.id = ${id}`)
  return edge ?? null
}
