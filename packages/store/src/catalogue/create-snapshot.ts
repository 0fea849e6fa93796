import {
  newId,
  ServiceError,
  type Accepted,
  type Idempotency,
  type SnapshotPlan,
  type SnapshotSource,
} from '@cacheplane/domain'
import type { Database } from '../database.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { raiseOn } from '../workflows/raise.ts'
import { asOneChange, oncePerKey } from './change-group.ts'
import { insertWorkflow } from './create-owner.ts'
import { lockSource, type Source } from './lock-source.ts'

const MANUAL_PER_DAY = 20

/** The rows of a snapshot and the workflow that will take it, or nothing. */
export function createSnapshot(
  db: Database,
  accountId: string,
  plan: SnapshotPlan,
  idempotency: Idempotency | null,
): Promise<Accepted> {
  return oncePerKey(db, { accountId, idempotency }, async (q) => {
    const source = await lockSource(q, accountId, plan.of)
    await refuseTooMany(q, source.row)
    return insertSnapshot(q, accountId, { ...plan, kind: 'manual' }, source)
  })
}

/**
 * Accepts that something goes once a snapshot of it is kept: from now on it is being deleted, and serves as before until then.
 * Only what is available can go so. The workflow that is answered is the snapshot's.
 */
export function retire(
  db: Database,
  accountId: string,
  { snapshotName, of }: SnapshotPlan,
): Promise<Accepted> {
  return asOneChange(db, async (q) => {
    const source = await lockSource(q, accountId, of)
    await refuseTooMany(q, source.row)
    const wish = { snapshotName, kind: 'manual', isFinal: true } as const
    const { workflowId } = await insertSnapshot(q, accountId, wish, source)
    await raiseOn(q, of.kind, source.row, 'retire')
    return { resourceId: source.row, workflowId, replayed: false }
  })
}

interface SnapshotWish {
  snapshotName: string
  kind: SnapshotSource
  isFinal?: boolean
  /** Somebody is about to send its file. */
  isUpload?: boolean
  /** Whoever alone is to begin with it, and the workflow that waits for it. */
  broughtFor?: { ownerId: string; workflowId: string }
}

export async function insertSnapshot(
  q: Queryable,
  accountId: string,
  { snapshotName, kind, isFinal = false, isUpload = false, broughtFor }: SnapshotWish,
  { row, origin, files }: Omit<Source, 'row'> & { row: string | null },
): Promise<Accepted> {
  const id = newId('snapshot', q.random)
  const made = await q.run(sql`
    INSERT INTO snapshot (id, account_id, snapshot_name, source, source_row, is_final, upload_seen_at, brought_for, origin)
    VALUES (${id}, ${accountId}, ${snapshotName}, ${kind}, ${row}, ${isFinal}, CASE WHEN ${isUpload} THEN clock_now() END,
      ${broughtFor?.ownerId ?? null}, ${JSON.stringify(origin)}::jsonb)
    ON CONFLICT (account_id, snapshot_name) DO NOTHING`)
  refuseTakenName(made, snapshotName)
  for (const { nodeGroupId, nodeGroupRow, slots } of files)
    await q.run(sql`
      INSERT INTO snapshot_file (id, snapshot_id, node_group_id, node_group_row, slots)
      VALUES (${newId('snapshotFile', q.random)}, ${id}, ${nodeGroupId}, ${nodeGroupRow}, ${slots})`)
  const workflowId = await insertWorkflow(q, 'snapshot', id, broughtFor?.workflowId ?? null)
  return { resourceId: id, workflowId, replayed: false }
}

/** @param made rows that an insertion of that name has made */
export function refuseTakenName(made: number, snapshotName: string): void {
  if (made > 0) return
  throw new ServiceError('SnapshotAlreadyExistsFault', `Snapshot ${snapshotName} already exists.`)
}

async function refuseTooMany(q: Queryable, sourceRow: string): Promise<void> {
  const [{ count = 0 } = {}] = await q.rows<{ count: number }>(sql`
    SELECT count(*)::int FROM snapshot WHERE source_row = ${sourceRow} AND source = 'manual'
      AND created_at > clock_now() - interval '24 hours'`)
  if (count < MANUAL_PER_DAY) return
  throw new ServiceError(
    'SnapshotQuotaExceededFault',
    `The maximum number of manual snapshots for this cluster taken within 24 hours has been reached: ${MANUAL_PER_DAY}.`,
  )
}
