import { newId, unreachable, type Change } from '@cacheplane/domain'
import { allocateSubnet, lockPlacement, releaseSubnet, type Pools } from './allocation.ts'
import type { Queryable } from './queryable.ts'
import { sql } from './sql.ts'
import { isOneOf } from './workflows/is-one-of.ts'

/** A network that stands already, for an owner on just this engine; the placement lock must be held. */
export async function takeSpare(
  q: Queryable,
  engineId: string,
): Promise<{ id: string; subnet: string } | null> {
  const [taken] = await q.rows<{ id: string; subnet: string }>(sql`
    UPDATE network SET ready_at = NULL WHERE ready_at IS NOT NULL AND id = (
      SELECT s.id FROM spare_network s WHERE s.ready_at IS NOT NULL AND s.engine_ids = ${[engineId]}::text[]
      ORDER BY s.ready_at, s.id LIMIT 1) RETURNING id, subnet`)
  return taken ?? null
}

/** The row of a network with a subnet of its own. */
export async function insertNetwork(q: Queryable, pools: Pools, engineIds: readonly string[]) {
  const id = newId('network', q.random)
  const { subnet, gateway } = await allocateSubnet(q, pools, id)
  await q.run(
    sql`INSERT INTO network (id, subnet, gateway, engine_ids) VALUES (${id}, ${subnet}, ${gateway}, ${engineIds})`,
  )
  return { id, subnet }
}

const KINDS = ['add-spare', 'set-spare-ready', 'remove-spare'] as const
type SpareChange = Extract<Change, { do: (typeof KINDS)[number] }>

export const isSpareChange = isOneOf(KINDS)

/** All under the placement lock: none of it happens to a network that is being taken. */
export async function applySpareChange(q: Queryable, pools: Pools, change: SpareChange): Promise<void> {
  await lockPlacement(q)
  switch (change.do) {
    case 'add-spare':
      return void (await insertNetwork(q, pools, [change.engineId]))
    case 'set-spare-ready':
      return setSpareReady(q, change.networkId, change.ready)
    case 'remove-spare':
      return removeSpare(q, change.networkId)
    default:
      return unreachable(change)
  }
}

/** Leaves a network alone that has got an owner in the meantime. */
async function setSpareReady(q: Queryable, networkId: string, ready: boolean): Promise<void> {
  await q.run(sql`
    UPDATE network SET ready_at = CASE WHEN ${ready} THEN clock_now() END
    WHERE id = ${networkId} AND EXISTS (SELECT 1 FROM spare_network s WHERE s.id = network.id)`)
}

async function removeSpare(q: Queryable, networkId: string): Promise<void> {
  const removed = await q.run(sql`
    DELETE FROM network WHERE id = ${networkId} AND ready_at IS NULL
      AND EXISTS (SELECT 1 FROM spare_network s WHERE s.id = network.id)`)
  if (removed === 1) await releaseSubnet(q, networkId)
}
