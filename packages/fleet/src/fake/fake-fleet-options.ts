import type { Clock } from '@cacheplane/domain'
import type { Timings } from './wire.ts'

export interface FakeFleetOptions {
  installation: string
  engines: readonly FakeEngineOptions[]
  clock: Clock
  seed: number
  timings?: Timings
  /** Of nodes' certificates; a year unless told. */
  certificateLifetimeMs?: number
}

export interface FakeEngineOptions {
  engineId: string
  zones: string[]
  address: string
  cpus: number
  memoryBytes: number
}
