import { describe, expect, it } from 'vitest'
import { playScenario } from './scenario.ts'

const SCHEDULES = Number(process.env['CACHEPLANE_SIM_SCHEDULES'] ?? 8)
const FIRST_SEED = Number(process.env['CACHEPLANE_SIM_SEED'] ?? 1)

describe('whatever fails while users create and delete', () => {
  it(`every promise is kept within a minute of the end of the faults (${SCHEDULES} schedules from seed ${FIRST_SEED})`, async () => {
    let created = 0
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SCHEDULES; seed++) {
      const result = await playScenario({ seed })
      created += result.created
      expect({
        seed,
        violations: result.violations,
        history: result.violations.length > 0 ? result.history : [],
      }).toEqual({
        seed,
        violations: [],
        history: [],
      })
      expect({ seed, quietMutations: result.quietMutations }).toEqual({ seed, quietMutations: 0 })
    }
    expect(created).toBeGreaterThan(SCHEDULES)
  })
})
