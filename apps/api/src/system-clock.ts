import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '@cacheplane/domain'

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: (ms) => sleep(ms),
}
