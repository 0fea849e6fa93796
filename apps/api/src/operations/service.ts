import type { Catalogue, Clock, Doorbell } from '@cacheplane/domain'
import type { Signer } from './signer.ts'

/** What the operations need; the same for every face of the API. */
export interface Service {
  catalogue: Catalogue
  doorbell: Doorbell
  signer: Signer
  clock: Clock
  /** Uniform in [0, 1). */
  random: () => number
  region: string
}
