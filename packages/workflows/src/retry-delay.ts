import { seconds } from '@cacheplane/domain'

const FIRST_MS = 100
/** Low enough that everything converges within a minute of the end of a fault. */
const RETRY_MAX_MS = seconds(8)

/** Doubles with every attempt up to a ceiling; `jitter` in [0, 1) spreads the lower half. */
export function retryDelayMs(attempts: number, jitter: number): number {
  const ceiling = Math.min(RETRY_MAX_MS, FIRST_MS * 2 ** Math.min(attempts, 16))
  return Math.round(ceiling / 2 + (ceiling / 2) * jitter)
}
