import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Cache, Clock } from './cache.ts'
import { lazy, type Lazy } from './lazy.ts'
import { memoryCache } from './memory-cache.ts'

const ID = 'one'
const TTL_S = 60
const STALE_S = 30

const step = fc.oneof(
  { weight: 5, arbitrary: fc.constant('read' as const) },
  { weight: 3, arbitrary: fc.constant('write' as const) },
  { weight: 1, arbitrary: fc.constant('delete' as const) },
  { weight: 1, arbitrary: fc.constant('fail' as const) },
  { weight: 1, arbitrary: fc.constant('invalidate' as const) },
)
const deadly = fc.oneof(
  { weight: 5, arbitrary: step },
  { weight: 1, arbitrary: fc.constant('crash' as const) },
)
const scriptsOf = (one: fc.Arbitrary<string>) =>
  fc.array(fc.array(one, { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 5 })
const scripts = scriptsOf(step)
/** What befalls the cache and the time between the actors' steps. */
const weather = fc.array(fc.constantFrom('clear', 'second', 'minute'), { maxLength: 4 })

/** The truth: every state the row has had; its place in the list is its age. */
class Row {
  readonly states: (number | null)[] = [0]
  /** The newest state whose write had returned, and since when. */
  returned: { index: number; atMs: number }[] = [{ index: 0, atMs: -Infinity }]

  constructor(private readonly clock: Clock) {}

  get current(): number | null {
    return this.states.at(-1) ?? null
  }

  set(isDeleted: boolean): number {
    this.states.push(isDeleted ? null : this.states.length)
    return this.states.length - 1
  }

  hasReturned(index: number): void {
    this.returned.push({ index, atMs: this.clock.now() })
  }

  /** The oldest state that a read may answer which begins now, when answers may be so old. */
  floor(toleratedMs: number): number {
    const limit = this.clock.now() - toleratedMs
    return Math.max(...this.returned.filter(({ atMs }) => atMs <= limit).map(({ index }) => index), 0)
  }
}

interface World {
  scheduler: fc.Scheduler
  /** Of the cache's answers, by turns: whether it is done, and whether it is told. */
  faults: readonly ('fine' | 'lost' | 'untold')[]
}

function build({ scheduler, faults }: World) {
  let nowMs = 1_000_000
  const pass = (what: string) => scheduler.schedule(Promise.resolve(), what)
  const clock: Clock = {
    now: () => nowMs,
    sleep: async (ms) => {
      await pass('sleep')
      nowMs += ms
    },
  }
  const memory = memoryCache(clock)
  let asked = 0
  const perform = async <A>(what: string, effect: () => Promise<A>): Promise<A> => {
    const fault = faults[asked++] ?? 'fine'
    await pass(what)
    if (fault === 'lost') throw new Error('lost')
    const answer = await effect()
    await pass(`${what} answered`)
    if (fault === 'untold') throw new Error('untold')
    return answer
  }
  const cache: Cache = {
    engine: 'memory',
    get: (key) => perform('get', () => memory.get(key)),
    swap: (...args) => perform('swap', () => memory.swap(...args)),
    touch: (...args) => perform('touch', () => memory.touch(...args)),
    remove: (key) => perform('remove', () => memory.remove(key)),
  }
  const row = new Row(clock)
  const process = (staleFor: number): Lazy<string, number> =>
    lazy({
      cache,
      clock,
      name: 'row',
      key: (id: string) => id,
      ttl: TTL_S,
      staleFor,
      timeoutMs: 60_000,
      random: () => 0,
      load: async () => {
        await pass('load')
        const value = row.current
        await pass('loaded')
        return value
      },
    })
  const act = async (one: Lazy<string, number>, kind: string, toleratedMs: number): Promise<void> => {
    if (kind === 'read') {
      const floor = row.floor(toleratedMs)
      const value = await one.get(ID)
      expect(row.states.slice(floor), `a read that began when ${floor} was known`).toContain(value)
      return
    }
    if (kind === 'invalidate') return one.invalidate(ID)
    let index = 0
    let die = () => undefined as void
    const death = new Promise<null>((resolve) => (die = () => resolve(null)))
    const change = async () => {
      await pass('write')
      index = row.set(kind === 'delete')
      if (kind === 'crash') {
        die()
        return new Promise<null>(() => undefined)
      }
      await pass('written')
      if (kind === 'fail') throw new Error('the answer of the source was lost')
      return row.states[index] ?? null
    }
    const written = one.write(ID, change).catch((error: unknown) => {
      if (kind !== 'fail') throw error
    })
    await Promise.race([written, death])
    row.hasReturned(index)
  }
  const happen = async (kind: string): Promise<void> => {
    await pass(kind)
    if (kind === 'clear') memory.clear()
    else nowMs += kind === 'second' ? 1_000 : 61_000
  }
  return { process, act, happen }
}

async function race(
  world: World,
  work: readonly (readonly string[])[],
  sky: readonly string[],
  { staleFor, toleratedMs }: { staleFor: number; toleratedMs: number },
): Promise<void> {
  const { process, act, happen } = build(world)
  const processes = [process(staleFor), process(staleFor)]
  const actors = work.map(async (script, i) => {
    const mine = processes[i % processes.length]
    for (const kind of script) if (mine !== undefined) await act(mine, kind, toleratedMs)
  })
  const events = sky.map((kind) => happen(kind))
  await world.scheduler.waitFor(Promise.all([...actors, ...events]))
  await world.scheduler.waitFor(Promise.all(processes.map((one) => one.settled())))
  // Whatever went wrong has been made good by now.
  const last = processes.map((one) => act(one, 'read', 0))
  await world.scheduler.waitFor(Promise.all(last))
}

test('no read answers what a finished write has replaced, however reads, writes, expiry and losses interleave', async () => {
  const property = fc.asyncProperty(fc.scheduler(), scripts, weather, (scheduler, work, sky) =>
    race({ scheduler, faults: [] }, work, sky, { staleFor: 0, toleratedMs: 0 }),
  )
  await fc.assert(property, { numRuns: 150 })
})

test('serving stale values never brings back what a write has replaced', async () => {
  const property = fc.asyncProperty(fc.scheduler(), scripts, weather, (scheduler, work, sky) =>
    race({ scheduler, faults: [] }, work, sky, { staleFor: STALE_S, toleratedMs: 0 }),
  )
  await fc.assert(property, { numRuns: 100 })
})

test('a process that dies between its write to the source and the cache leaves nothing stale behind', async () => {
  const property = fc.asyncProperty(fc.scheduler(), scriptsOf(deadly), (scheduler, work) =>
    race({ scheduler, faults: [] }, work, ['second'], { staleFor: STALE_S, toleratedMs: 0 }),
  )
  await fc.assert(property, { numRuns: 150 })
})

test('a cache that loses commands and answers fails no read or write, and is behind by its bound at most', async () => {
  const faults = fc.array(fc.constantFrom('fine', 'fine', 'lost', 'untold'), { maxLength: 40 })
  const property = fc.asyncProperty(fc.scheduler(), faults, scripts, weather, (scheduler, lost, work, sky) =>
    race({ scheduler, faults: lost }, work, sky, {
      staleFor: STALE_S,
      toleratedMs: (TTL_S + STALE_S) * 1_000,
    }),
  )
  await fc.assert(property, { numRuns: 100 })
})
