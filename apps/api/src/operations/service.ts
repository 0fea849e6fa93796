import type { Catalogue, Clock, Doorbell, Vault } from '@cacheplane/domain'
import type { Logger } from 'pino'
import type { Signer } from './signer.ts'

/** What the operations need; the same for every face of the API. */
export interface Service {
  catalogue: Catalogue
  /** What lies there is the workers', but for a file that is being uploaded. */
  vault: Pick<Vault, 'find' | 'open' | 'keep' | 'remove'>
  doorbell: Doorbell
  signer: Signer
  clock: Clock
  /** Uniform in [0, 1). */
  random: () => number
  region: string
  /** Of a file that is uploaded, whatever it is to fit into. */
  uploadMaxBytes: number
  log: Pick<Logger, 'warn'>
}
