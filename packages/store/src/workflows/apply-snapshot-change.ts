import { unreachable, type Change } from '@cacheplane/domain'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { isOneOf } from './is-one-of.ts'

const KINDS = ['record-file', 'record-copy', 'remove-snapshot'] as const
type SnapshotChange = Extract<Change, { do: (typeof KINDS)[number] }>

export const isSnapshotChange = isOneOf(KINDS)

export async function applySnapshotChange(q: Queryable, change: SnapshotChange): Promise<void> {
  switch (change.do) {
    case 'record-file':
      await q.run(sql`
        UPDATE snapshot_file SET content = ${JSON.stringify(change.content)}::jsonb WHERE id = ${change.fileId}`)
      return
    case 'record-copy':
      await q.run(sql`
        UPDATE snapshot_file f SET content = o.content FROM snapshot_file o WHERE f.id = ${change.fileId} AND o.id = f.copy_of`)
      return
    case 'remove-snapshot':
      await q.run(sql`DELETE FROM snapshot WHERE id = ${change.id}`)
      return
    default:
      return unreachable(change)
  }
}
