import type { Engine } from '../engines.ts'
import type { VaultFile } from './vault.ts'

/** Of a node that was to be read into the vault. `hasLoaded`: an engine has loaded the very bytes that are there. */
export type Saved =
  { kind: 'saved'; file: VaultFile; hasLoaded: boolean } | { kind: 'unknown'; because: string }

/** `refused`: the file that was to be copied is damaged. */
export type Copied =
  { kind: 'copied' } | { kind: 'refused'; because: string } | { kind: 'unknown'; because: string }

/** A file, and the engine that is to prove it whole. */
export interface Trial {
  fileId: string
  /** Of Docker. */
  engineId: string
  engine: Engine
  engineVersion: string
  memoryBytes: number
}

export type Tried =
  /** With the memory that its data took, of the engine that has loaded them or of whoever wrote them; null when nobody says. */
  | { kind: 'loaded'; usedMemoryBytes: number | null }
  /** The engine gave it up, and says why. */
  | { kind: 'refused'; because: string }
  | { kind: 'unknown'; because: string }

/** A file somewhere else that is to be imported. */
export interface ForeignFile {
  bucket: string
  key: string
}

/** Of a file that was to be imported. */
export type Imported =
  | { kind: 'saved'; file: VaultFile; usedMemoryBytes: number | null; hasLoaded: boolean }
  | { kind: 'refused'; because: string }
  | { kind: 'unknown'; because: string }

/** Where files are imported from. */
export interface ForeignFiles {
  /** `refused` says that asking again would not help. Throws where the place does not answer. */
  open(
    file: ForeignFile,
  ): Promise<
    { kind: 'open'; bytes: number; content: AsyncIterable<Uint8Array> } | { kind: 'refused'; because: string }
  >
}
