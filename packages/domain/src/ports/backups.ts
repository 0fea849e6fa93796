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
  | { kind: 'loaded' }
  /** The engine gave it up, and says why. */
  | { kind: 'refused'; because: string }
  | { kind: 'unknown'; because: string }
