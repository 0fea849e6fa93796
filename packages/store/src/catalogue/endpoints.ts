import { newId, ServiceError } from '@cacheplane/domain'
import { allocatePort, allocatePorts, lockPlacement, type Pools } from '../allocation.ts'
import type { Database } from '../database.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { insertWorkflow } from './create-owner.ts'

const SLOTS = 16
/** Fewer free endpoints than this, and another edge is made while nobody waits for it. */
const FREE_MIN = 4

interface Slot {
  edge_id: string
  slot: number
}

/** Gives a node group an endpoint that nobody has. The placement lock is held. */
export async function takeEndpoint(
  q: Queryable,
  pools: Pools,
  nodeGroupId: string,
  wishedPort: number | null,
): Promise<void> {
  const engineId = await engineForEdges(q)
  if (engineId === null)
    throw new ServiceError('InsufficientCacheClusterCapacity', 'No Docker engine can be reached.')
  const free = await freeEndpoint(q, engineId, wishedPort)
  const taken = free ?? (await insertEdge(q, pools, engineId, wishedPort))
  await q.run(sql`
    UPDATE endpoint SET node_group_id = ${nodeGroupId}, released_at = NULL
    WHERE edge_id = ${taken.edge_id} AND slot = ${taken.slot}`)
}

/** Returns the workflows to ring for. */
export function ensureFreeEndpoints(db: Database, pools: Pools): Promise<string[]> {
  const work = async (q: Queryable): Promise<string[]> => {
    await lockPlacement(q)
    const engineId = await engineForEdges(q)
    if (engineId === null) return []
    const free = await q.rows(sql`
      SELECT 1 FROM endpoint p JOIN edge e ON e.id = p.edge_id
      WHERE e.engine_id = ${engineId} AND p.node_group_id IS NULL
        AND (SELECT count(*) FROM endpoint s WHERE s.edge_id = e.id) > 1 LIMIT ${FREE_MIN}`)
    if (free.length >= FREE_MIN) return []
    return [(await insertEdge(q, pools, engineId, null)).workflowId]
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
  wishedPort: number | null,
): Promise<Slot | undefined> {
  const [free] = await q.rows<Slot>(sql`
    SELECT p.edge_id, p.slot FROM endpoint p JOIN edge e ON e.id = p.edge_id
    WHERE e.engine_id = ${engineId} AND p.node_group_id IS NULL AND CASE WHEN ${wishedPort}::int IS NULL
      THEN (SELECT count(*) FROM endpoint s WHERE s.edge_id = e.id) > 1 ELSE p.primary_port = ${wishedPort} END
    ORDER BY p.released_at NULLS FIRST, e.serving_at, e.id, p.slot LIMIT 1`)
  return free
}

/** Returns its first slot. */
async function insertEdge(
  q: Queryable,
  pools: Pools,
  engineId: string,
  wishedPort: number | null,
): Promise<Slot & { workflowId: string }> {
  const id = newId('edge', q.random)
  const slots = wishedPort === null ? SLOTS : 1
  const wished = wishedPort === null ? [] : [await allocatePort(q, pools, engineId, id, wishedPort)]
  const ports = await allocatePorts(q, pools, engineId, id, 1 + 2 * slots - wished.length)
  const [controlPort] = ports
  const primaryPorts = [...wished, ...ports.slice(1, 1 + slots - wished.length)]
  const readerPorts = ports.slice(-slots)
  await q.run(sql`INSERT INTO edge (id, engine_id, control_port) VALUES (${id}, ${engineId}, ${controlPort})`)
  await q.run(sql`
    INSERT INTO endpoint (edge_id, slot, primary_port, reader_port)
    SELECT ${id}, n - 1, p, r FROM unnest(${primaryPorts}::int[], ${readerPorts}::int[]) WITH ORDINALITY AS s(p, r, n)`)
  return { edge_id: id, slot: 0, workflowId: await insertWorkflow(q, 'edge', id) }
}
