import { expect, test } from 'vitest'
import { countEarlyEnds, restartDelayMs } from './backoff.ts'

test('the wait grows from a fifth of a second to five seconds and no further', () => {
  expect([0, 1, 2, 5, 1_000].map(restartDelayMs)).toEqual([200, 400, 800, 5_000, 5_000])
})

test('a program that ran for a while starts over with the short wait', () => {
  expect(countEarlyEnds(7, 29_999)).toBe(8)
  expect(countEarlyEnds(7, 30_000)).toBe(0)
})
