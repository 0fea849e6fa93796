import {
  ServiceError,
  UPLOAD_UNSEEN_MS,
  UPLOADS_AT_ONCE,
  type Accepted,
  type Idempotency,
  type ReceivedFile,
  type UploadPlan,
} from '@cacheplane/domain'
import type { Database } from '../database.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { raiseOnce, wake } from '../workflows/raise.ts'
import { asOneChange } from './change-group.ts'
import { insertSnapshot } from './create-snapshot.ts'
import { recall, rememberKey } from './idempotency.ts'
import { sourceOf } from './import-snapshot.ts'

/** The promises are in the port's docstrings. */
export function beginUpload(
  db: Database,
  accountId: string,
  plan: UploadPlan,
  idempotency: Idempotency | null,
): Promise<Accepted> {
  return asOneChange(db, async (q) => {
    const known = await recall(q, { accountId, idempotency })
    if (known !== null) return known
    const { snapshotName, ...loader } = plan
    const source = await sourceOf(q, { ...loader, from: [], shards: 1 }, 1)
    const accepted = await insertSnapshot(
      q,
      accountId,
      { snapshotName, kind: 'manual', isUpload: true },
      source,
    )
    await refuseTooMany(q, accountId)
    return accepted
  })
}

/** Whoever counts waits for whoever counted before. */
async function refuseTooMany(q: Queryable, accountId: string): Promise<void> {
  await q.rows(sql`SELECT pg_advisory_xact_lock(hashtext(${`uploads of ${accountId}`}))`)
  const [{ count = 0 } = {}] = await q.rows<{ count: number }>(sql`
    SELECT count(*)::int FROM snapshot WHERE account_id = ${accountId} AND upload_seen_at IS NOT NULL`)
  if (count <= UPLOADS_AT_ONCE) return
  throw new ServiceError(
    'SnapshotQuotaExceededFault',
    `At most ${UPLOADS_AT_ONCE} files are uploaded at a time: send this one again when another has arrived.`,
  )
}

export async function keepUpload(db: Database, snapshotId: string): Promise<boolean> {
  const kept = await db.run(sql`
    UPDATE snapshot SET upload_seen_at = clock_now()
    WHERE id = ${snapshotId} AND upload_seen_at > clock_now() - ${UPLOAD_UNSEEN_MS} * interval '1 millisecond'`)
  return kept > 0
}

/** The workflow is locked first, as by its steps: of this one and of whoever gives the upload up only one gets its way. */
export function endUpload(
  db: Database,
  { accountId, snapshotId, fileId, content }: ReceivedFile,
  idempotency: Idempotency | null,
): Promise<Accepted> {
  return asOneChange(db, async (q) => {
    const [workflow] = await q.rows<{ id: string }>(sql`
      SELECT w.id FROM workflow w JOIN snapshot s ON w.kind = 'snapshot' AND w.subject_id = s.id
      WHERE s.id = ${snapshotId} AND s.upload_seen_at > clock_now() - ${UPLOAD_UNSEEN_MS} * interval '1 millisecond'
        AND w.step IN ('start', 'receive') FOR UPDATE OF w`)
    if (workflow === undefined) throw givenUp()
    await q.run(sql`
      UPDATE snapshot_file SET content = ${JSON.stringify(content)}::jsonb || jsonb_build_object('capturedAt', clock_now())
      WHERE id = ${fileId} AND snapshot_id = ${snapshotId}`)
    await q.run(sql`UPDATE snapshot SET upload_seen_at = NULL WHERE id = ${snapshotId}`)
    await wake(q, workflow.id)
    const accepted = { resourceId: snapshotId, workflowId: workflow.id, replayed: false }
    await rememberKey(q, { accountId, idempotency }, accepted)
    return accepted
  })
}

const givenUp = (): ServiceError =>
  new ServiceError(
    'InvalidSnapshotState',
    'The upload was given up, because nothing was heard of it for too long; send the file again.',
  )

export const dropUpload = (db: Database, snapshotId: string): Promise<string | null> =>
  raiseOnce(db, 'snapshot', snapshotId, 'destroy')
