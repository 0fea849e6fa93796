import { once } from 'node:events'
import { Readable } from 'node:stream'
import { VaultDamage, type Vault, type VaultFile } from '@cacheplane/domain'
import type Docker from 'dockerode'
import { DIRECTORY } from '../config/node-files.ts'
import { seedArchive } from './seed-archive.ts'
import type { TarFile } from './tar.ts'

/**
 * Sends a file of the vault, and what has to be beside it, into a container. Returns how the file is damaged, null when it is
 * not: what has come of it until then is in a container that never starts.
 */
export async function putSeed(
  container: Docker.Container,
  vault: Pick<Vault, 'open'>,
  seed: VaultFile,
  files: readonly TarFile[],
  deadline: AbortSignal,
): Promise<string | null> {
  const stop = new AbortController()
  const archive = Readable.from(seedArchive(vault, seed, files), { objectMode: false })
  const broken = once(archive, 'error', { signal: stop.signal }).then(([error]) => {
    throw error instanceof Error ? error : new Error('the seed could not be read')
  })
  const abortSignal = AbortSignal.any([deadline, stop.signal])
  try {
    await Promise.race([container.putArchive(archive, { path: DIRECTORY, abortSignal }), broken])
    return null
  } catch (error) {
    if (error instanceof VaultDamage) return error.message
    throw error
  } finally {
    broken.catch(() => undefined)
    stop.abort()
    archive.destroy()
  }
}
