import type { SimulatedContainer } from './world.ts'

export const LOADED =
  '1:M * Ready to accept connections\n1:M . 0 clients connected (0 replicas), 1000000 bytes in use'
export const REFUSED = '1:M # Bad file format reading the RDB file'

/** What a trial is before it is started. */
export const IDLE_TRIAL: Pick<SimulatedContainer, 'networkName' | 'imageId' | 'process' | 'edge' | 'log'> = {
  networkName: null,
  imageId: 'trial',
  process: null,
  edge: null,
  log: '',
}
