/** A file as the vault keeps it: what it holds is told by its size and digest, where it came from by rows. */
export interface VaultFile {
  fileId: string
  bytes: number
  /** SHA-256 of the content, in hex. */
  sha256: string
}

/**
 * Where the files of snapshots are kept, sealed. A file is there whole or not at all, and never changes: of two who keep
 * one of the same id the first counts, and the other is answered what is there.
 */
export interface Vault {
  /** Reads `content` to its end as fast as it can be stored. Throws what `content` throws, and keeps nothing then. */
  keep(fileId: string, content: AsyncIterable<Uint8Array>): Promise<VaultFile>
  find(fileId: string): Promise<VaultFile | null>
  /** The content, piece by piece. Throws `VaultDamage` where it is not what was kept, at its end at the latest. */
  open(fileId: string): AsyncIterable<Uint8Array>
  /** Absence is success. */
  remove(fileId: string): Promise<void>
}

/** A file of the vault is missing, cut short or altered. */
export class VaultDamage extends Error {
  override readonly name = 'VaultDamage'
}
