import {
  formatSlots,
  newId,
  requireCopyable,
  ServiceError,
  type Accepted,
  type CopyPlan,
  type Idempotency,
  type Snapshot,
} from '@cacheplane/domain'
import type { Database } from '../database.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { oncePerKey } from './change-group.ts'
import { insertWorkflow } from './create-owner.ts'
import { refuseTakenName } from './create-snapshot.ts'
import { lockSnapshot } from './delete-snapshot.ts'

const COPIES_PER_DAY = 20

/** The rows of a copy and the workflow that will make it; what is copied is kept until then. */
export function copySnapshot(
  db: Database,
  accountId: string,
  { sourceSnapshotName, targetSnapshotName }: CopyPlan,
  idempotency: Idempotency | null,
): Promise<Accepted> {
  return oncePerKey(db, { accountId, idempotency }, async (q) => {
    const source = await lockSnapshot(q, accountId, sourceSnapshotName)
    requireCopyable(source)
    await refuseTooMany(q, source)
    return insertCopy(q, source, targetSnapshotName)
  })
}

async function insertCopy(q: Queryable, source: Snapshot, snapshotName: string): Promise<Accepted> {
  const id = newId('snapshot', q.random)
  const made = await q.run(sql`
    INSERT INTO snapshot (id, account_id, snapshot_name, source, copy_of, origin)
    SELECT ${id}, s.account_id, ${snapshotName}, 'manual', s.id, s.origin FROM snapshot s WHERE s.id = ${source.id}
    ON CONFLICT (account_id, snapshot_name) DO NOTHING`)
  refuseTakenName(made, snapshotName)
  for (const { fileId, nodeGroupId, slots } of source.files)
    await q.run(sql`
      INSERT INTO snapshot_file (id, snapshot_id, node_group_id, slots, copy_of)
      VALUES (${newId('snapshotFile', q.random)}, ${id}, ${nodeGroupId},
        ${slots.length === 0 ? null : formatSlots(slots)}, ${fileId})`)
  return { resourceId: id, workflowId: await insertWorkflow(q, 'snapshot', id), replayed: false }
}

async function refuseTooMany(q: Queryable, { id, snapshotName }: Snapshot): Promise<void> {
  const [{ count = 0 } = {}] = await q.rows<{ count: number }>(sql`
    SELECT count(*)::int FROM snapshot WHERE copy_of = ${id} AND created_at > clock_now() - interval '24 hours'`)
  if (count < COPIES_PER_DAY) return
  throw new ServiceError(
    'SnapshotQuotaExceededFault',
    `The maximum number of copies of snapshot ${snapshotName} made within 24 hours has been reached: ${COPIES_PER_DAY}.`,
  )
}
