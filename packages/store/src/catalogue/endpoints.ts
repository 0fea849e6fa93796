import { newId, ServiceError, type EdgeKind } from '@cacheplane/domain'
import { allocatePort, allocatePorts, lockPlacement, type Pools } from '../allocation.ts'
import type { Database } from '../database.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { raiseOn } from '../workflows/raise.ts'
import { insertWorkflow } from './create-owner.ts'

const SLOTS = 16
/** Fewer free endpoints than this, and another edge is made while nobody waits for it. */
const FREE_MIN = 4
/** With so many free elsewhere an idle edge is one too many; far more than what makes a new one, or it would come and go. */
const RESERVE_MIN = SLOTS

interface Slot {
  edge_id: string
  slot: number
}

/** A node group or, in cluster mode, a replication group, whose clients come to the reader port. */
type Holder = { nodeGroupId: string } | { replicationGroupId: string }

interface WishedPort {
  port: number
  side: 'primary' | 'reader'
}

/** Gives an endpoint that nobody has. The placement lock is held. */
export async function takeEndpoint(
  q: Queryable,
  pools: Pools,
  holder: Holder,
  port: number | null,
): Promise<void> {
  const nodeGroupId = 'nodeGroupId' in holder ? holder.nodeGroupId : null
  const replicationGroupId = 'replicationGroupId' in holder ? holder.replicationGroupId : null
  const side = nodeGroupId === null ? 'reader' : 'primary'
  const { edge_id, slot } = await findEndpoint(q, pools, 'replication', port === null ? null : { port, side })
  await q.run(sql`
    UPDATE endpoint SET node_group_id = ${nodeGroupId}, replication_group_id = ${replicationGroupId}, released_at = NULL
    WHERE edge_id = ${edge_id} AND slot = ${slot}`)
}

/** The same for a Memcached cluster: its configuration endpoint. */
export async function takeConfigurationEndpoint(
  q: Queryable,
  pools: Pools,
  cluster: { id: string; tls: boolean; wishedPort: number | null },
): Promise<void> {
  const kind = cluster.tls ? 'discovery-tls' : 'discovery'
  const { wishedPort: port } = cluster
  const { edge_id, slot } = await findEndpoint(
    q,
    pools,
    kind,
    port === null ? null : { port, side: 'primary' },
  )
  await q.run(sql`
    UPDATE endpoint SET cache_cluster_id = ${cluster.id}, released_at = NULL
    WHERE edge_id = ${edge_id} AND slot = ${slot}`)
}

async function findEndpoint(
  q: Queryable,
  pools: Pools,
  kind: EdgeKind,
  wished: WishedPort | null,
): Promise<Slot> {
  const engineId = await engineForEdges(q)
  if (engineId === null)
    throw new ServiceError('InsufficientCacheClusterCapacity', 'No Docker engine can be reached.')
  const free = await freeEndpoint(q, engineId, kind, wished)
  return free ?? insertEdge(q, pools, engineId, kind, wished)
}

/** Edges of configuration endpoints are made when the first is wanted. Returns the workflows to ring for. */
export function ensureFreeEndpoints(db: Database, pools: Pools): Promise<string[]> {
  const work = async (q: Queryable): Promise<string[]> => {
    await lockPlacement(q)
    const engineId = await engineForEdges(q)
    if (engineId === null) return []
    const free = await q.rows(sql`
      SELECT 1 FROM endpoint p JOIN staying_edge e ON e.id = p.edge_id
      WHERE e.engine_id = ${engineId} AND e.kind = 'replication' AND COALESCE(p.node_group_id, p.replication_group_id) IS NULL
        AND (SELECT count(*) FROM endpoint s WHERE s.edge_id = e.id) > 1 LIMIT ${FREE_MIN}`)
    if (free.length >= FREE_MIN) return []
    return [(await insertEdge(q, pools, engineId, 'replication', null)).workflowId]
  }
  return db.transaction(work, { landed: async () => false })
}

/**
 * Has edges go that nobody uses and nobody is likely to: one that could not be made, and one whose last user left so long ago
 * that its ports have rested, unless it keeps the reserve. Returns the workflows to ring for.
 */
export function retireEdges(db: Database, pools: Pools): Promise<string[]> {
  const work = async (q: Queryable): Promise<string[]> => {
    await lockPlacement(q)
    const idle = await q.rows<{ id: string }>(sql`
      SELECT i.id FROM (
        SELECT e.id, w.step, count(*) AS slots, max(COALESCE(p.released_at, e.created_at)) AS idle_at,
          (SELECT count(*) FROM endpoint o JOIN edge f ON f.id = o.edge_id AND f.kind = e.kind
            JOIN workflow v ON v.kind = 'edge' AND v.subject_id = o.edge_id
            WHERE o.edge_id <> e.id AND COALESCE(o.node_group_id, o.replication_group_id, o.cache_cluster_id) IS NULL AND v.step = 'wait'
              AND (SELECT count(*) FROM endpoint s WHERE s.edge_id = o.edge_id) > 1) AS others
        FROM edge e JOIN endpoint p ON p.edge_id = e.id JOIN workflow w ON w.kind = 'edge' AND w.subject_id = e.id
        GROUP BY e.id, w.step HAVING count(COALESCE(p.node_group_id, p.replication_group_id, p.cache_cluster_id)) = 0) i
      WHERE i.step = 'failed' OR (i.step = 'wait' AND (i.slots = 1 OR i.others >= ${RESERVE_MIN})
        AND i.idle_at < clock_now() - ${pools.quarantineMs} * interval '1 millisecond')
      ORDER BY i.idle_at LIMIT 1`)
    const raised = await Promise.all(idle.map(({ id }) => raiseOn(q, 'edge', id, 'destroy')))
    return raised.flatMap((workflowId) => workflowId ?? [])
  }
  return db.transaction(work, { landed: async () => false })
}

/** Clients of all groups come to one address, that of the first zone by name. */
async function engineForEdges(q: Queryable): Promise<string | null> {
  const [zone] = await q.rows<{ engine_id: string }>(sql`
    SELECT z.engine_id FROM zone z JOIN docker_engine e ON e.id = z.engine_id WHERE e.reachable ORDER BY z.name LIMIT 1`)
  return zone?.engine_id ?? null
}

/**
 * Its last user may still have clients that connect, so one that was never used comes first, then the one that has been
 * free for longest. An edge with a single slot was made for a wished port and waits for the same wish.
 */
async function freeEndpoint(
  q: Queryable,
  engineId: string,
  kind: EdgeKind,
  wished: WishedPort | null,
): Promise<Slot | undefined> {
  const port = wished?.port ?? null
  const [free] = await q.rows<Slot>(sql`
    SELECT p.edge_id, p.slot FROM endpoint p JOIN staying_edge e ON e.id = p.edge_id
    WHERE e.engine_id = ${engineId} AND e.kind = ${kind}
      AND COALESCE(p.node_group_id, p.replication_group_id, p.cache_cluster_id) IS NULL
      AND CASE WHEN ${port}::int IS NULL THEN (SELECT count(*) FROM endpoint s WHERE s.edge_id = e.id) > 1
        ELSE CASE WHEN ${wished?.side === 'reader'} THEN p.reader_port ELSE p.primary_port END = ${port} END
    ORDER BY p.released_at NULLS FIRST, e.serving_at, e.id, p.slot LIMIT 1`)
  return free
}

/** Returns its first slot. */
async function insertEdge(
  q: Queryable,
  pools: Pools,
  engineId: string,
  kind: EdgeKind,
  wished: WishedPort | null,
): Promise<Slot & { workflowId: string }> {
  const id = newId('edge', q.random)
  const slots = wished === null ? SLOTS : 1
  const fixed = wished === null ? null : await allocatePort(q, pools, engineId, id, wished.port)
  const [controlPort, ...ports] = await allocatePorts(
    q,
    pools,
    engineId,
    id,
    1 + (fixed === null ? 2 * slots : 1),
  )
  const sides = fixed === null ? [ports.slice(0, slots), ports.slice(slots)] : [[fixed], ports]
  const [primaryPorts, readerPorts] = wished?.side === 'reader' ? sides.reverse() : sides
  await q.run(
    sql`INSERT INTO edge (id, engine_id, kind, control_port) VALUES (${id}, ${engineId}, ${kind}, ${controlPort})`,
  )
  await q.run(sql`
    INSERT INTO endpoint (edge_id, slot, primary_port, reader_port)
    SELECT ${id}, n - 1, p, r FROM unnest(${primaryPorts}::int[], ${readerPorts}::int[]) WITH ORDINALITY AS s(p, r, n)`)
  return { edge_id: id, slot: 0, workflowId: await insertWorkflow(q, 'edge', id) }
}
