import { invariant, ServiceError, snapshotNotFound, snapshotStatus, type Accepted } from '@cacheplane/domain'
import type { Database } from '../database.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { raiseOn } from '../workflows/raise.ts'
import { asOneChange } from './change-group.ts'
import { findSnapshot } from './describe-snapshots.ts'

/** One that is being taken, or that a cache is being made from, is needed. */
export function deleteSnapshot(db: Database, accountId: string, snapshotName: string): Promise<Accepted> {
  return asOneChange(db, (q) => destroySnapshot(q, accountId, snapshotName))
}

export async function destroySnapshot(
  q: Queryable,
  accountId: string,
  snapshotName: string,
): Promise<Accepted> {
  const snapshot = await lockSnapshot(q, accountId, snapshotName)
  const status = snapshotStatus(snapshot)
  if (status !== 'available' && status !== 'failed')
    throw new ServiceError(
      'InvalidSnapshotState',
      `Snapshot ${snapshotName} has status ${status}; one that is available or failed can be deleted.`,
    )
  if (snapshot.isBeingCopied)
    throw new ServiceError(
      'InvalidSnapshotState',
      `Snapshot ${snapshotName} is being copied; it can be deleted once the copy is kept.`,
    )
  const workflowId = await raiseOn(q, 'snapshot', snapshot.id, 'destroy')
  invariant(workflowId, `snapshot ${snapshot.id} has a workflow`)
  return { resourceId: snapshot.id, workflowId, replayed: false }
}

/** As it stands, with everybody shut out who deletes it or makes something from it. */
export async function lockSnapshot(q: Queryable, accountId: string, snapshotName: string) {
  await q.rows(sql`
    SELECT 1 FROM workflow w JOIN snapshot s ON w.kind = 'snapshot' AND w.subject_id = s.id
    WHERE s.account_id = ${accountId} AND s.snapshot_name = ${snapshotName} FOR UPDATE OF w`)
  const snapshot = await findSnapshot(q, accountId, snapshotName)
  if (snapshot === null) throw snapshotNotFound(snapshotName)
  return snapshot
}
