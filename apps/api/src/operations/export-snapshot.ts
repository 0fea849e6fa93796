import {
  type ExportPlan,
  planExport,
  type Principal,
  readSnapshotName,
  VaultDamage,
  type VaultFile,
} from '@cacheplane/domain'
import { authorize } from './authorize.ts'
import type { Service } from './service.ts'
import { arnOfSnapshot, requireSnapshot } from './snapshots.ts'

export interface SnapshotExport extends ExportPlan {
  content: AsyncIterable<Uint8Array>
}

/** One file of a snapshot, in the clear. What is damaged where that can be seen at once is never begun. */
export async function exportSnapshot(
  service: Service,
  principal: Principal,
  text: string,
  nodeGroupId: string | undefined,
): Promise<SnapshotExport> {
  const name = readSnapshotName(text)
  authorize(principal, 'ExportSnapshot', arnOfSnapshot(service, principal, name))
  const plan = async () => planExport(await requireSnapshot(service, principal, name), nodeGroupId)
  const planned = await plan()
  const kept = await service.vault.find(planned.file.fileId)
  // The snapshot may have been deleted meanwhile, which is no damage.
  if (kept === null) await plan()
  if (!isSame(kept, planned.file))
    throw new VaultDamage(`the file ${planned.file.fileId} of the vault is not the one of snapshot ${name}`)
  const content = provedBeforeItsEnd(service.vault.open(planned.file.fileId))
  await content.next()
  return { ...planned, content }
}

const isSame = (kept: VaultFile | null, { bytes, sha256 }: VaultFile): boolean =>
  kept?.bytes === bytes && kept.sha256 === sha256

const NOTHING = new Uint8Array()

/**
 * Holds the last piece back until the vault has vouched for the whole: nobody has all the bytes of a damaged file. Begins with
 * nothing, once the first piece has been read: a file that does not open is told of as an error then.
 */
async function* provedBeforeItsEnd(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array | null = null
  for await (const piece of pieces) {
    yield held ?? NOTHING
    held = piece
  }
  if (held !== null) yield held
}
