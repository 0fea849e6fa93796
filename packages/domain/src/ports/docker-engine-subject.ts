import type { Network } from '../resources.ts'

/** All that the workflow of a Docker engine needs to know. */
export interface DockerEngineSubject {
  engineId: string
  reachable: boolean
  /** Whether a cache is on its way to its first home, or was a moment ago. */
  isBusy: boolean
  /** Networks that belong to nobody yet. */
  spares: SpareNetwork[]
  spareTarget: number
  /** Subnets of the pool that could be given out. */
  subnetsLeft: number
}

export interface SpareNetwork extends Network {
  /** Found standing on the engine: a creation may take it. */
  isReady: boolean
}
