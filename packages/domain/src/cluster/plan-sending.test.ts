import { expect, it } from 'vitest'
import { planSending, SEND_MS } from './plan-sending.ts'

it('gives a key that takes long twice the time again and again, a minute and four seconds at most', () => {
  const given = [SEND_MS]
  for (let i = 0; i < 7; i += 1) given.push(planSending(given.at(-1) ?? 0).sendMs)
  expect(given).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 64_000, 64_000])
  expect(planSending(SEND_MS).because).toContain('it is given 4 s')
})
