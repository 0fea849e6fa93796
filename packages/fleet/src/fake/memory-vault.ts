import { createHash } from 'node:crypto'
import { VaultDamage, type KeptFile, type Vault, type VaultFile, type VaultObject } from '@cacheplane/domain'

/** A vault that is gone with its process. */
export class MemoryVault implements Vault {
  readonly files = new Map<string, Buffer>()

  async keep(fileId: string, content: AsyncIterable<Uint8Array>): Promise<KeptFile> {
    const pieces: Uint8Array[] = []
    for await (const piece of content) pieces.push(piece)
    const isFirst = !this.files.has(fileId)
    if (isFirst) this.files.set(fileId, Buffer.concat(pieces))
    return { ...describe(fileId, this.#get(fileId)), isFirst }
  }

  async find(fileId: string): Promise<VaultFile | null> {
    await Promise.resolve()
    const content = this.files.get(fileId)
    return content === undefined ? null : describe(fileId, content)
  }

  async *open(fileId: string): AsyncGenerator<Buffer> {
    yield await Promise.resolve(this.#get(fileId))
  }

  async remove(fileId: string): Promise<void> {
    await Promise.resolve()
    this.files.delete(fileId)
  }

  async list(): Promise<VaultObject[]> {
    await Promise.resolve()
    const changedAt = new Date(0)
    return [...this.files.keys()].map((fileId) => ({ ref: fileId, kind: 'file', fileId, changedAt }))
  }

  async discard(): Promise<void> {
    await Promise.resolve()
  }

  #get(fileId: string): Buffer {
    const content = this.files.get(fileId)
    if (content === undefined) throw new VaultDamage(`the file ${fileId} is not in the vault`)
    return content
  }
}

function describe(fileId: string, content: Buffer): VaultFile {
  return { fileId, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') }
}
