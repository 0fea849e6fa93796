import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Deadlines, type Waiting } from './deadlines.ts'
import { DOWN, Guard } from './guard.ts'

const TIMEOUT_MS = 80
const LATEST_MS = TIMEOUT_MS * (1 + 2 / 8)

describe('deadlines', () => {
  let expired: number[]
  let begunMs: number
  beforeEach(() => {
    vi.useFakeTimers()
    begunMs = Date.now()
    expired = []
  })
  afterEach(() => void vi.useRealTimers())

  const waiting = (id: number): Waiting => ({
    before: null,
    after: null,
    until: 0,
    expire: () => expired.push(id),
  })

  test('everybody is told after the time and at most two steps, whenever they began, and in that order', () => {
    const deadlines = new Deadlines(TIMEOUT_MS)
    const waits: number[] = []
    for (let i = 0; i < 40; i += 1) {
      const sinceMs = Date.now()
      deadlines.add({ ...waiting(i), expire: () => [expired.push(i), waits.push(Date.now() - sinceMs)] })
      vi.advanceTimersByTime(3)
    }
    vi.advanceTimersByTime(LATEST_MS)
    expect(expired).toEqual(Array.from({ length: 40 }, (_, i) => i))
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(TIMEOUT_MS)
    expect(Math.max(...waits)).toBeLessThanOrEqual(LATEST_MS)
  })

  test('who was removed is not told, wherever in the row they stood, and removed once only', () => {
    const deadlines = new Deadlines(TIMEOUT_MS)
    const all = [0, 1, 2, 3, 4].map(waiting)
    for (const one of all) deadlines.add(one)
    for (const i of [0, 2, 4]) expect(all[i] && deadlines.remove(all[i])).toBe(true)
    expect(all[2] && deadlines.remove(all[2])).toBe(false)
    vi.advanceTimersByTime(LATEST_MS)
    expect(expired).toEqual([1, 3])
    expect(all[1] && deadlines.remove(all[1])).toBe(false)
  })

  test('no timer runs while nobody waits', () => {
    const deadlines = new Deadlines(TIMEOUT_MS)
    const one = waiting(1)
    deadlines.add(one)
    deadlines.remove(one)
    vi.advanceTimersByTime(TIMEOUT_MS)
    expect(vi.getTimerCount()).toBe(0)
    deadlines.add(one)
    vi.advanceTimersByTime(LATEST_MS)
    expect([expired, vi.getTimerCount()]).toEqual([[1], 0])
    expect(Date.now() - begunMs).toBeLessThan(1_000)
  })
})

describe('the guard', () => {
  test('says once what became of a question: an answer or a failure after the time changes nothing', async () => {
    const problems: string[] = []
    const guard = new Guard({
      timeoutMs: 10,
      failuresInRow: 2,
      pauseMs: 1_000,
      now: Date.now,
      onProblem: ({ kind }) => problems.push(kind),
    })
    const fails = sleep(30).then(() => Promise.reject(new Error('late')))
    expect(await guard.ask('a', () => fails)).toBe(DOWN)
    await fails.catch(() => undefined)
    expect(await guard.ask('b', async () => 'there')).toBe('there')
    expect(problems).toEqual(['timeout'])
  })
})
