import { randomUUID } from 'node:crypto'
import { link, mkdir, open, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { Bug, VaultDamage, type Vault, type VaultFile } from '@cacheplane/domain'
import { Seal } from './seal.ts'
import { HEADER_BYTES, TRAILER_BYTES, type VaultKeys } from './sealed-form.ts'
import { summaryOf, unseal } from './unseal.ts'

const FILE_ID = /^[a-z0-9-]{1,64}$/
const READ_BYTES = 256 * 1024

/**
 * A vault in a directory that every worker and API process sees. A file grows under a name of its own, is brought to disk,
 * and gets its name by a link, which fails where the name is taken: whoever dies before leaves only a `.part` behind.
 */
export class DirectoryVault implements Vault {
  constructor(
    private readonly directory: string,
    private readonly keys: VaultKeys,
  ) {}

  async keep(fileId: string, content: AsyncIterable<Uint8Array>): Promise<VaultFile> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 })
    const partial = join(this.directory, `${checked(fileId)}.${randomUUID()}.part`)
    const seal = new Seal(this.keys, fileId)
    try {
      await writeAll(partial, seal.sealed(content))
      if (await linked(partial, this.#path(fileId))) {
        await syncDirectory(this.directory)
        return { fileId, ...seal.summary }
      }
    } finally {
      await rm(partial, { force: true })
    }
    const kept = await this.find(fileId)
    if (kept === null) throw new VaultDamage(`the file ${fileId} of the vault was there, and is gone`)
    return kept
  }

  async find(fileId: string): Promise<VaultFile | null> {
    const file = await openThere(this.#path(fileId))
    if (file === null) return null
    try {
      const { size } = await file.stat()
      const header = await readAt(file, 0, HEADER_BYTES)
      const trailer = await readAt(file, Math.max(0, size - TRAILER_BYTES), TRAILER_BYTES)
      return { fileId, ...summaryOf(this.keys, fileId, header, trailer) }
    } finally {
      await file.close()
    }
  }

  async *open(fileId: string): AsyncGenerator<Buffer> {
    const file = await openThere(this.#path(fileId))
    if (file === null) throw new VaultDamage(`the file ${fileId} is not in the vault`)
    yield* unseal(this.keys, fileId, readAll(file))
  }

  async remove(fileId: string): Promise<void> {
    await rm(this.#path(fileId), { force: true })
  }

  #path(fileId: string): string {
    return join(this.directory, `${checked(fileId)}.rdb.sealed`)
  }
}

/** Ids are ours, but they become part of a path. */
function checked(fileId: string): string {
  if (!FILE_ID.test(fileId))
    throw new Bug('the id of a file of the vault is made of letters, digits and hyphens')
  return fileId
}

async function writeAll(path: string, pieces: AsyncIterable<Buffer>): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    for await (const piece of pieces) await file.writeFile(piece)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

async function openThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null
    throw error
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}

async function* readAll(file: FileHandle): AsyncGenerator<Buffer> {
  try {
    for (;;) {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, null)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
