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

/** Two zones of one engine, so that groups can spread over them. */
export function zonesAt(dockerAddress: string): string {
  return ['local-1a', 'local-1b'].map((zone) => `${zone}=${dockerAddress}`).join(',')
}

const POOLS = 20
const POOL_SIZE = 500
const POOL_FROM = 22_000
let used = process.pid

/** Ports above those of ordinary installations: an edge that finds one of its many ports taken does not start. */
export function freshPortPool(): string {
  const from = POOL_FROM + (used++ % POOLS) * POOL_SIZE
  return `${from}-${from + POOL_SIZE - 1}`
}
