import type { Catalogue, Clock, Doorbell, Vault } from '@cacheplane/domain'
import type { Signer } from './signer.ts'

/** What the operations need; the same for every face of the API. */
export interface Service {
  catalogue: Catalogue
  /** For reading only: what lies there is the workers'. */
  vault: Pick<Vault, 'find' | 'open'>
  doorbell: Doorbell
  signer: Signer
  clock: Clock
  /** Uniform in [0, 1). */
  random: () => number
  region: string
}
