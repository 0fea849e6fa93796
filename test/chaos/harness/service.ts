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
/** Files that run side by side take turns in pools of their own. */
const [own, all] = [Number(process.env['VITEST_POOL_ID'] ?? 1) - 1, 2]
let used = 0

/** Ports above those of ordinary installations, which installations beside each other do not share. */
export function freshPortPool(): string {
  const from = POOL_FROM + ((used++ * all + (own % all)) % POOLS) * POOL_SIZE
  return `${from}-${from + POOL_SIZE - 1}`
}
