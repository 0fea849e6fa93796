import { systemClock, type Cache, type Clock } from './cache.ts'
import { stampOf } from './stamp.ts'

/** A cache in this process's memory, for tests of an application. Nothing is shared with other processes. */
export function memoryCache(clock: Pick<Clock, 'now'> = systemClock): Cache & { clear(): void } {
  const records = new Map<string, { record: string; endsAt: number }>()
  const look = (key: string): string | null => {
    const kept = records.get(key)
    if (kept !== undefined && kept.endsAt > clock.now()) return kept.record
    records.delete(key)
    return null
  }
  return {
    engine: 'memory',
    clear: () => records.clear(),
    get: async (key) => look(key),
    swap: async (key, stamp, record, lifeMs) => {
      const seen = look(key)
      const bears = seen === null ? null : stampOf(seen)
      if (bears !== stamp) return bears === stampOf(record)
      if (lifeMs > 0) records.set(key, { record, endsAt: clock.now() + lifeMs })
      else records.delete(key)
      return true
    },
    touch: async (key, lifeMs) => {
      const seen = look(key)
      if (seen !== null) records.set(key, { record: seen, endsAt: clock.now() + lifeMs })
      return seen !== null
    },
    remove: async (key) => void records.delete(key),
  }
}
