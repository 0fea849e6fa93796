import { describe, expect, test } from 'vitest'
import type { Cache, CacheProblem, LazyOptions } from './index.ts'
import { CacheUnavailable, lazy, memoryCache } from './index.ts'

const KEY = 'row:v1:1'

/** A source of one counter, and a cache that can be broken. */
function bench() {
  let nowMs = 1_000_000
  const clock = { now: () => nowMs, sleep: (ms: number) => new Promise<void>((r) => setTimeout(r, ms / 10)) }
  const memory = memoryCache(clock)
  const state = { value: 1 as number | null, loads: 0, mode: 'fine' as 'fine' | 'failing' | 'silent' }
  const through = <A>(effect: () => Promise<A>): Promise<A> => {
    if (state.mode === 'failing') return Promise.reject(new Error('refused'))
    return state.mode === 'silent' ? new Promise(() => undefined) : effect()
  }
  const cache: Cache = {
    engine: 'memory',
    get: (key) => through(() => memory.get(key)),
    swap: (...args) => through(() => memory.swap(...args)),
    touch: (...args) => through(() => memory.touch(...args)),
    remove: (key) => through(() => memory.remove(key)),
  }
  const problems: CacheProblem[] = []
  const make = (options: Partial<LazyOptions<number, number>> = {}) =>
    lazy<number, number>({
      cache,
      clock,
      name: 'row',
      key: String,
      ttl: 10,
      timeoutMs: 20,
      random: () => 0,
      onProblem: (problem) => problems.push(problem),
      load: async () => {
        state.loads += 1
        const { value } = state
        await new Promise((resolve) => setTimeout(resolve, 5))
        return value
      },
      ...options,
    })
  const write = async (value: number | null) => (state.value = value)
  return { memory, state, problems, make, write, pass: (ms: number) => (nowMs += ms) }
}

describe('reading', () => {
  test('many readers of a missing key cost one load, in one process and in all', async () => {
    const { state, make } = bench()
    const [one, other] = [make(), make()]
    const reads = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? one : other).get(1))
    expect(new Set(await Promise.all(reads))).toEqual(new Set([1]))
    expect(state.loads).toBe(1)
  })

  test('that there is nothing is remembered for its own time', async () => {
    const { state, make, pass } = bench()
    state.value = null
    const rows = make({ negativeTtl: 2 })
    expect([await rows.get(1), await rows.get(1), state.loads]).toEqual([null, null, 1])
    pass(2_001)
    state.value = 7
    expect(await rows.get(1)).toBe(7)
  })

  test('a stale value is answered at once while one reader loads it anew, and not beyond its time', async () => {
    const { state, make, pass } = bench()
    const rows = make({ staleFor: 5 })
    await rows.get(1)
    state.value = 2
    pass(10_001)
    expect(await Promise.all([rows.get(1), rows.get(1)])).toEqual([1, 1])
    await expect.poll(() => rows.get(1)).toBe(2)
    expect(state.loads).toBe(2)
    state.value = 3
    pass(15_001)
    expect(await rows.get(1)).toBe(3)
  })

  test('lives are shortened at random, so that what was loaded together ends apart', async () => {
    const { state, make, pass } = bench()
    const [early, late] = [make({ jitter: 0.5, random: () => 0.9 }), make({ name: 'late' })]
    await Promise.all([early.get(1), late.get(1)])
    pass(6_000)
    await Promise.all([early.get(1), late.get(1)])
    expect(state.loads).toBe(3)
  })

  test.each(['rubbish', 'é'.repeat(40), `${'x'.repeat(16)}Vzzzzzzzz:0::{not json`])(
    'a value that cannot be read is loaded anew and replaced: %s',
    async (rubbish) => {
      const { memory, state, problems, make } = bench()
      await memory.swap(KEY, null, rubbish, 60_000)
      const rows = make()
      expect([await rows.get(1), await rows.get(1), state.loads]).toEqual([1, 1, 1])
      expect(problems.map(({ kind }) => kind)).toEqual(['unreadable'])
    },
  )

  test('another version of the values has other keys', async () => {
    const { state, make } = bench()
    await make().get(1)
    state.value = 2
    expect(await make({ version: 2 }).get(1)).toBe(2)
  })

  test.each(['failing', 'silent'] as const)('a %s cache makes reads slower, never wrong', async (mode) => {
    const { state, make, write } = bench()
    const rows = make()
    await rows.get(1)
    state.mode = mode
    await rows.write(1, () => write(5))
    expect(await Promise.all([rows.get(1), rows.get(1)])).toEqual([5, 5])
    state.mode = 'fine'
    await rows.settled()
    expect(await make().get(1)).toBe(5)
  })

  test('a failure of the source is told, and the next reader need not wait for it', async () => {
    const { make } = bench()
    const rows = make({ load: () => Promise.reject(new Error('no such table')) })
    await expect(rows.get(1)).rejects.toThrow('no such table')
    expect(await make().get(1)).toBe(1)
  })
})

describe('writing', () => {
  test('the new value is read without a load, and a deletion as an absence', async () => {
    const { state, make, write } = bench()
    const [one, other] = [make(), make()]
    await one.get(1)
    await one.write(1, () => write(2))
    expect(await other.get(1)).toBe(2)
    await one.write(1, () => write(null))
    expect([await other.get(1), state.loads]).toEqual([null, 1])
  })

  test('writers that overlap leave no value, so that one who dies leaves no stale one', async () => {
    const { state, make, write } = bench()
    const [one, other] = [make(), make()]
    let begun = () => undefined as void
    const hasBegun = new Promise<void>((resolve) => (begun = resolve))
    // Its process dies right after the commit, which comes after the other's.
    void one.write(1, async () => {
      begun()
      await new Promise((resolve) => setTimeout(resolve, 50))
      await write(3)
      return new Promise(() => undefined)
    })
    await hasBegun
    await other.write(1, () => write(2))
    await expect.poll(() => state.value).toBe(3)
    expect(await other.get(1)).toBe(3)
  })

  test('a write can be refused before the source is touched when readers cannot be told', async () => {
    const { state, make, write } = bench()
    const rows = make({ refuseWritesWithoutCache: true })
    state.mode = 'failing'
    await expect(rows.write(1, () => write(9))).rejects.toThrow(CacheUnavailable)
    expect(state.value).toBe(1)
    rows.close()
  })

  test('a tag forgets all of its values, also one that was being loaded', async () => {
    const { state, make } = bench()
    const rows = make({ tags: () => ['shelf'] })
    await rows.get(1)
    await rows.get(2)
    state.value = 2
    const underWay = rows.get(3)
    await rows.invalidateTag('shelf')
    expect(await Promise.all([rows.get(1), rows.get(2), rows.get(3)])).toEqual([2, 2, 2])
    await underWay
    state.value = 3
    await rows.invalidate(1)
    expect([await rows.get(1), await rows.get(2)]).toEqual([3, 2])
  })
})
