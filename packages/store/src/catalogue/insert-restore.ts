import { requireRestorable, type ForeignFile, type NodeSettings, type RestoreWish } from '@cacheplane/domain'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { lockSnapshot } from './delete-snapshot.ts'
import type { SeedWish } from './import-snapshot.ts'

type Plan = RestoreWish &
  NodeSettings & { accountId: string; snapshotName: string | null; seedFiles: readonly ForeignFile[] }

/** From here on the snapshot is kept until what is made from it holds its data, or is gone. */
export async function insertRestore(q: Queryable, plan: Plan, ownerId: string): Promise<void> {
  if (plan.snapshotName === null) return
  const snapshot = await lockSnapshot(q, plan.accountId, plan.snapshotName)
  requireRestorable(snapshot, plan)
  await q.run(sql`INSERT INTO restore (owner_id, snapshot_id) VALUES (${ownerId}, ${snapshot.id})`)
}

/** What is to be brought for it. */
export function seedWish(
  { shards, seedFiles, ...plan }: Plan,
  owner: Pick<SeedWish, 'ownerId' | 'workflowId'>,
): SeedWish {
  return { ...plan, ...owner, from: [...seedFiles], shards: shards?.length ?? 1 }
}
