import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatSlots, parseSlots, rangesOf, SLOTS, slotsIn, splitSlots } from './slots.ts'

const someSlots = fc.uniqueArray(fc.integer({ min: 0, max: SLOTS - 1 }), { minLength: 1, maxLength: 200 })

test('slots come back from their text as they were', () => {
  fc.assert(
    fc.property(someSlots, (slots) => {
      const ranges = rangesOf(slots)
      expect(parseSlots(formatSlots(ranges))).toEqual(ranges)
      expect(slotsIn(ranges)).toEqual([...slots].sort((a, b) => a - b))
    }),
  )
})

test('equal shares are complete, and no share has two slots more than another', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), (shards) => {
      const sizes = splitSlots(shards).map(({ from, to }) => to - from + 1)
      expect(rangesOf(slotsIn(splitSlots(shards)))).toEqual([{ from: 0, to: SLOTS - 1 }])
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
    }),
    { numRuns: 30 },
  )
})

test.each(['', 'x', '1-', '5-4', '0-16384', '1,1', '1-3,2', '-1'])('%j is no list of slots', (text) => {
  expect(parseSlots(text)).toBeNull()
})
