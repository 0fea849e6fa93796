/** A file as the vault keeps it: what it holds is told by its size and digest, where it came from by rows. */
export interface VaultFile {
  fileId: string
  bytes: number
  /** SHA-256 of the content, in hex. */
  sha256: string
}

/** `isFirst`: it is what was just read, and not what somebody else had kept under the same id. */
export type KeptFile = VaultFile & { isFirst: boolean }

/**
 * Where the files of snapshots are kept, sealed. A file is there whole or not at all, and never changes: of two who keep
 * one of the same id the first counts, and the other is answered what is there.
 */
export interface Vault {
  /** Reads `content` to its end as fast as it can be stored. Throws what `content` throws, and keeps nothing then. */
  keep(fileId: string, content: AsyncIterable<Uint8Array>): Promise<KeptFile>
  find(fileId: string): Promise<VaultFile | null>
  /** The content, piece by piece. Throws `VaultDamage` where it is not what was kept, at its end at the latest. */
  open(fileId: string): AsyncIterable<Uint8Array>
  /** Whole or unfinished: whoever is keeping it fails then. Absence is success. */
  remove(fileId: string): Promise<void>
  /** Everything that lies there, whoever put it there. */
  list(): Promise<VaultObject[]>
  /** Removes something unfinished, by its `ref`. */
  discard(ref: string): Promise<void>
}

/** Something in the vault's place, as it is seen from outside. */
export interface VaultObject {
  ref: string
  /** `part`: of a file that is being kept, or that whoever died meanwhile was keeping. */
  kind: 'file' | 'part'
  /** Null of a part, and of what is none of ours by its name. */
  fileId: string | null
  changedAt: Date
}

/** A file that a row knows. */
export interface KnownFile {
  fileId: string
  /** It is one of a snapshot that is available: it must be there. */
  isKept: boolean
}

/** A file of the vault is missing, cut short or altered. */
export class VaultDamage extends Error {
  override readonly name = 'VaultDamage'
}
