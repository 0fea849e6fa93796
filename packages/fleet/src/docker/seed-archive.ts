import { basename } from 'node:path'
import type { Vault, VaultFile } from '@cacheplane/domain'
import { FILES, UID } from '../config/node-files.ts'
import { tar, tarHeader, tarPadding, type TarFile } from './tar.ts'

/**
 * A tar archive of a file of the vault, read while it is sent, and of what has to be beside it. The others come last:
 * without its configuration the engine does not start, so that it never starts without the whole file.
 */
export async function* seedArchive(
  vault: Pick<Vault, 'open'>,
  { fileId, bytes }: VaultFile,
  others: readonly TarFile[],
): AsyncGenerator<Buffer> {
  yield tarHeader({ name: basename(FILES.seed), mode: 0o400 }, bytes, UID)
  for await (const piece of vault.open(fileId)) yield Buffer.from(piece)
  yield tarPadding(bytes)
  yield tar(others, UID)
}
