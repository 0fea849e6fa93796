import { invariant, unreachable, type Change } from '@cacheplane/domain'
import { allocatePorts, lockPlacement, type Pools } from '../allocation.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { isOneOf } from './is-one-of.ts'

const KINDS = [
  'set-edge',
  'next-edge-incarnation',
  'move-edge-ports',
  'remove-edge',
  'release-endpoint',
] as const
type EdgeChange = Extract<Change, { do: (typeof KINDS)[number] }>

export const isEdgeChange = isOneOf(KINDS)

export async function applyEdgeChange(q: Queryable, pools: Pools, change: EdgeChange): Promise<void> {
  switch (change.do) {
    case 'set-edge':
      await q.run(sql`
        UPDATE edge SET presence = ${change.presence},
          serving_at = CASE WHEN ${change.serving} THEN COALESCE(serving_at, clock_now()) END
        WHERE id = ${change.edgeId}`)
      return
    case 'next-edge-incarnation':
      await q.run(sql`
        UPDATE edge SET incarnation = incarnation + 1, presence = 'absent', serving_at = NULL WHERE id = ${change.edgeId}`)
      return
    case 'move-edge-ports':
      return moveEdgePorts(q, pools, change.edgeId)
    case 'remove-edge':
      return removeEdge(q, change.edgeId)
    case 'release-endpoint':
      return releaseEndpoint(q, change.holderId)
    default:
      return unreachable(change)
  }
}

/** An edge with a single slot was made for the port that its clients were promised: those of a cluster come to the other one. */
async function moveEdgePorts(q: Queryable, pools: Pools, edgeId: string): Promise<void> {
  await lockPlacement(q)
  const [edge] = await q.rows<{ engine_id: string; slots: number; wished: number; is_reader: boolean }>(sql`
    SELECT e.engine_id, count(*)::int AS slots, bool_or(p.replication_group_id IS NOT NULL) AS is_reader,
      min(CASE WHEN p.replication_group_id IS NULL THEN p.primary_port ELSE p.reader_port END) AS wished
    FROM edge e JOIN endpoint p ON p.edge_id = e.id WHERE e.id = ${edgeId} GROUP BY e.id`)
  invariant(edge, `edge ${edgeId} has endpoints`)
  const { slots } = edge
  const kept = slots === 1 ? [edge.wished] : []
  await q.run(sql`
    UPDATE port_allocation SET released_at = clock_now()
    WHERE node_id = ${edgeId} AND released_at IS NULL AND NOT port = ANY(${kept}::int[])`)
  const [controlPort, ...ports] = await allocatePorts(
    q,
    pools,
    edge.engine_id,
    edgeId,
    1 + 2 * slots - kept.length,
  )
  const all = edge.is_reader && slots === 1 ? [...ports, ...kept] : [...kept, ...ports]
  await q.run(sql`UPDATE edge SET control_port = ${controlPort} WHERE id = ${edgeId}`)
  await q.run(sql`
    UPDATE endpoint e SET primary_port = s.p, reader_port = s.r
    FROM unnest(${all.slice(0, slots)}::int[], ${all.slice(slots)}::int[]) WITH ORDINALITY AS s(p, r, n)
    WHERE e.edge_id = ${edgeId} AND e.slot = s.n - 1`)
}

async function removeEdge(q: Queryable, edgeId: string): Promise<void> {
  const used = await q.rows(sql`
    SELECT 1 FROM endpoint WHERE edge_id = ${edgeId}
      AND COALESCE(node_group_id, replication_group_id, cache_cluster_id) IS NOT NULL LIMIT 1`)
  invariant(used.length === 0, `nobody uses edge ${edgeId} when it goes`)
  await q.run(
    sql`UPDATE port_allocation SET released_at = clock_now() WHERE node_id = ${edgeId} AND released_at IS NULL`,
  )
  await q.run(sql`DELETE FROM edge WHERE id = ${edgeId}`)
}

/**
 * Free for the next one; the edge and its ports stay.
 *
 * @param holderId a node group or a replication group
 */
export async function releaseEndpoint(q: Queryable, holderId: string): Promise<void> {
  await q.run(sql`
    UPDATE endpoint SET node_group_id = NULL, replication_group_id = NULL, released_at = clock_now()
    WHERE node_group_id = ${holderId} OR replication_group_id = ${holderId}`)
}

export async function releaseConfigurationEndpoint(q: Queryable, clusterId: string): Promise<void> {
  await q.run(sql`
    UPDATE endpoint SET cache_cluster_id = NULL, released_at = clock_now() WHERE cache_cluster_id = ${clusterId}`)
}
