import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { retryDelayMs } from './retry-delay.ts'

describe('retryDelayMs', () => {
  it('never lets a step wait for longer than eight seconds, nor hammer', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempts, jitter) => {
        const ms = retryDelayMs(attempts, jitter)
        return ms >= 50 && ms <= 8_000
      }),
    )
  })

  it('grows with the attempts and spreads by the jitter', () => {
    expect([0, 1, 2, 3].map((attempts) => retryDelayMs(attempts, 0))).toEqual([50, 100, 200, 400])
    expect(retryDelayMs(3, 0.5)).toBe(600)
  })
})
