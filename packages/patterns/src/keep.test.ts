import { expect, it } from 'vitest'
import { systemClock, type Cache } from './cache.ts'
import { Guard } from './guard.ts'
import { Keep } from './keep.ts'
import { memoryCache } from './memory-cache.ts'
import { encodeRecord } from './record.ts'
import { newStamp, stampOf } from './stamp.ts'

const LOST_RACES = 20
const LIFE_MS = 10_000

/** Somebody else is quicker, so many times in a row. */
function contested(races: number): Cache {
  const memory = memoryCache(systemClock)
  let left = races
  return {
    ...memory,
    swap: async (key, stamp, record, lifeMs) => {
      if (left > 0) {
        left -= 1
        const lease = encodeRecord({ kind: 'lease', stamp: newStamp(), leasedUntil: Date.now() + LIFE_MS })
        const seen = await memory.get(key)
        await memory.swap(key, seen === null ? null : stampOf(seen), lease, LIFE_MS)
      }
      return memory.swap(key, stamp, record, lifeMs)
    },
  }
}

it('a writer announces itself however many are quicker than it: unheard, it could die and leave what it wrote unknown', async () => {
  const onProblem = () => undefined
  const guard = new Guard({ timeoutMs: 1_000, failuresInRow: 3, pauseMs: 250, now: Date.now, onProblem })
  const times = { leaseMs: LIFE_MS, writeMs: LIFE_MS }
  const keep = new Keep(contested(LOST_RACES), guard, systemClock, times, onProblem)
  expect(await keep.mark('key')).toMatchObject({ stamp: expect.any(String) as unknown, isAlone: true })
})
