import {
  Bug,
  VaultDamage,
  type KeptFile,
  type Vault,
  type VaultFile,
  type VaultObject,
} from '@cacheplane/domain'
import { Seal } from './seal.ts'
import { HEADER_BYTES, TRAILER_BYTES, type VaultKeys } from './sealed-form.ts'
import type { Shelf } from './shelf.ts'
import { summaryOf, unseal } from './unseal.ts'

const FILE_ID = /^[a-z0-9-]{1,64}$/
const SUFFIX = '.rdb.sealed'

/** A vault of sealed files, wherever they lie. */
export class SealedVault implements Vault {
  constructor(
    private readonly shelf: Shelf,
    private readonly keys: VaultKeys,
  ) {}

  async keep(fileId: string, content: AsyncIterable<Uint8Array>): Promise<KeptFile> {
    const seal = new Seal(this.keys, fileId)
    if (await this.shelf.put(nameOf(fileId), seal.sealed(content)))
      return { fileId, ...seal.summary, isFirst: true }
    const kept = await this.find(fileId)
    if (kept === null) throw new VaultDamage(`the file ${fileId} of the vault was there, and is gone`)
    return { ...kept, isFirst: false }
  }

  async find(fileId: string): Promise<VaultFile | null> {
    const ends = await this.shelf.ends(nameOf(fileId), HEADER_BYTES, TRAILER_BYTES)
    return ends === null ? null : { fileId, ...summaryOf(this.keys, fileId, ends.first, ends.last) }
  }

  async *open(fileId: string): AsyncGenerator<Buffer> {
    const sealed = await this.shelf.read(nameOf(fileId))
    if (sealed === null) throw new VaultDamage(`the file ${fileId} is not in the vault`)
    yield* unseal(this.keys, fileId, sealed)
  }

  async remove(fileId: string): Promise<void> {
    await this.shelf.remove(nameOf(fileId))
  }

  async list(): Promise<VaultObject[]> {
    const items = await this.shelf.list()
    return items.map(({ kind, name, changedAt }) => ({
      ref: name,
      changedAt,
      kind: kind === 'part' ? 'part' : 'file',
      fileId: kind === 'whole' ? fileIdOf(name) : null,
    }))
  }

  async discard(part: string): Promise<void> {
    await this.shelf.discard(part)
  }
}

/** Ids are ours, but they become part of a path. */
function nameOf(fileId: string): string {
  if (!FILE_ID.test(fileId))
    throw new Bug('the id of a file of the vault is made of letters, digits and hyphens')
  return `${fileId}${SUFFIX}`
}

/** Null for a name that is none of ours. */
function fileIdOf(name: string): string | null {
  const id = name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : ''
  return FILE_ID.test(id) ? id : null
}
