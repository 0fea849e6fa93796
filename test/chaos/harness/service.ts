import type { Installation } from '../../../apps/worker/src/open-installation.ts'

/** A running service to be hurt, whoever started it. */
export interface Service {
  /** Where its API answers, and the key that it takes. */
  url: string
  token: string
  /** Its rows and its engines, as seen by the test itself. */
  installation: Installation
  /** Files that its programs log to. */
  logFiles(): Promise<string[]>
  /** Removes everything that it has made. */
  clear(): Promise<void>
}
