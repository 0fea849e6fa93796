import { expect, it } from 'vitest'
import { playFailovers } from './failover-scenario.ts'
import { playShortSchedules } from './short-schedules.ts'

it('two runs by one seed make the same calls at the same times, and end in the same', async () => {
  const play = () => playShortSchedules({ seed: 4, engines: 3, schedules: 6 })
  const [one, other] = [await play(), await play()]
  expect(other).toEqual(one)
  expect(one.trace.length).toBeGreaterThan(300)
  const another = await playShortSchedules({ seed: 5, engines: 3, schedules: 6 })
  expect(another.trace).not.toEqual(one.trace)
})

it('so do two long storms', async () => {
  const play = () => playFailovers({ seed: 2, engines: 3, stormMs: 15_000 })
  const [one, other] = [await play(), await play()]
  expect(other).toEqual(one)
  expect(one.trace.length).toBeGreaterThan(300)
})
