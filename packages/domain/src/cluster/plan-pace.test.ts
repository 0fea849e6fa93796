import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planPortion, PORTION_FIRST, restAfter } from './plan-pace.ts'

describe('the pace of slots on their way', () => {
  it('leaves an engine to its clients for three quarters of the time', () => {
    expect(restAfter(1)).toBe(3)
    expect(restAfter(0.2)).toBeCloseTo(0.6)
    expect(restAfter(0)).toBe(0)
  })

  it('rests two seconds at most, also after a key that took a minute', () => {
    expect(restAfter(64_000)).toBe(2_000)
  })

  it('sends twice as many keys while they take less than a millisecond, 256 at most', () => {
    const portions = [PORTION_FIRST]
    for (let i = 0; i < 5; i += 1) portions.push(planPortion(portions.at(-1) ?? 0, portions.at(-1) ?? 0, 0.1))
    expect(portions).toEqual([16, 32, 64, 128, 256, 256])
  })

  it('does not learn from a few keys that many go at once', () => {
    expect(planPortion(16, 3, 0.1)).toBe(16)
  })

  it('sends what fits into a millisecond, and no less than half as many after an answer that was merely late', () => {
    expect(planPortion(100, 100, 1.25)).toBe(80)
    expect(planPortion(16, 2, 4)).toBe(8)
    expect(planPortion(1, 1, 4)).toBe(1)
  })

  it('sends large keys one by one from the next command on', () => {
    expect(planPortion(256, 256, 300)).toBe(1)
    expect(planPortion(16, 16, 9)).toBe(1)
    expect(planPortion(16, 16, 4)).toBe(8)
  })

  it('always sends a key', () => {
    const counts = fc.integer({ min: 1, max: 256 })
    fc.assert(
      fc.property(counts, counts, fc.double({ min: 0.001, max: 100_000, noNaN: true }), (a, b, tookMs) => {
        const next = planPortion(Math.max(a, b), Math.min(a, b), tookMs)
        return Number.isInteger(next) && next >= 1 && next <= 256
      }),
    )
  })
})
