import type { Settings } from './lazy-options.ts'
import type { CacheRecord } from './record.ts'
import { newStamp } from './stamp.ts'

export type ValueRecord = CacheRecord & { kind: 'value' }

/** From values to records and back. */
export class Values<Id, T> {
  constructor(private readonly settings: Settings<Id, T>) {}

  /** With its life in the cache; null when it is not to be kept. */
  toRecord(value: T | null, tags: string): { record: ValueRecord; lifeMs: number } | null {
    const { ttlMs, negativeMs, staleMs, jitter, random, clock, encode } = this.settings
    const freshMs = Math.round((value === null ? negativeMs : ttlMs) * (1 - jitter * random()))
    if (freshMs <= 0) return null
    const payload = value === null ? null : encode(value)
    const record = {
      kind: 'value',
      stamp: newStamp(),
      payload,
      freshUntil: clock.now() + freshMs,
      leasedUntil: 0,
      tags,
    } as const
    return { record, lifeMs: freshMs + (value === null ? 0 : staleMs) }
  }

  /** Throws for what cannot be read. */
  toValue(record: ValueRecord): T | null {
    return record.payload === null ? null : this.settings.decode(record.payload)
  }
}
