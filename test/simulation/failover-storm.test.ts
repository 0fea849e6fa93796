import { expect, it } from 'vitest'
import { playFailovers } from './failover-scenario.ts'

const SCHEDULES = Number(process.env['CACHEPLANE_SIM_SCHEDULES'] ?? 12)
const FIRST_SEED = Number(process.env['CACHEPLANE_SIM_SEED'] ?? 1)

it(`S1-S6, S17, LV1-LV5 hold whatever fails around failovers (${SCHEDULES} schedules from seed ${FIRST_SEED})`, async () => {
  let promotions = 0
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SCHEDULES; seed++) {
    const result = await playFailovers({ seed, engines: seed % 3 === 0 ? 1 : 3 })
    promotions += result.promotions
    const { violations, history } = result
    expect({ seed, violations, history }).toEqual({ seed, violations: [], history: [] })
  }
  expect(promotions).toBeGreaterThan(SCHEDULES)
})
