import { unreachable, type Change } from '@cacheplane/domain'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { isOneOf } from './is-one-of.ts'

const KINDS = ['set-edge', 'next-edge-incarnation'] as const
type EdgeChange = Extract<Change, { do: (typeof KINDS)[number] }>

export const isEdgeChange = isOneOf(KINDS)

export async function applyEdgeChange(q: Queryable, change: EdgeChange): Promise<void> {
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
    default:
      return unreachable(change)
  }
}

/** Free for the next node group; the edge and its ports stay. */
export async function releaseEndpoint(q: Queryable, nodeGroupId: string): Promise<void> {
  await q.run(sql`
    UPDATE endpoint SET node_group_id = NULL, released_at = clock_now() WHERE node_group_id = ${nodeGroupId}`)
}
