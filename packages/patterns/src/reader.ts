import { DOWN, type Down } from './guard.ts'
import { Flights, type Course, type Landing } from './flights.ts'
import type { Keep } from './keep.ts'
import type { LazyStatistics } from './lazy-statistics.ts'
import type { Settings } from './lazy-options.ts'
import { decodeRecord, freshPayload, type CacheRecord } from './record.ts'
import { readTags } from './tags.ts'
import type { ValueRecord, Values } from './values.ts'

const FIRST_LOOK_MS = 5
const LONGEST_LOOK_MS = 50

/** What a look at the cache says about a value: its freshness is judged before anybody decides to load. */
type Look<T> =
  | { kind: 'hit' | 'stale'; value: T | null; record: ValueRecord }
  | { kind: 'miss'; record: CacheRecord | null }

const NOTHING = { kind: 'miss', record: null } as const

/** Reads: from the cache if it can, and by one load if it cannot. */
export class Reader<Id, T> {
  readonly statistics: LazyStatistics = { hits: 0, staleHits: 0, loads: 0, withoutCache: 0 }
  readonly #flights = new Flights<T | null>()

  constructor(
    private readonly settings: Settings<Id, T>,
    private readonly keep: Keep,
    private readonly values: Values<Id, T>,
  ) {}

  get(key: string, id: Id): Promise<T | null> {
    if (this.#isUnderRepair(key, id)) return this.#getAside(key, id)
    const { cache, tags, clock, decode } = this.settings
    if (tags !== null || cache.getLagging !== undefined)
      return this.#look(key, id, true).then((look) => this.#answer(key, id, look))
    // Most reads end here, so this makes no promise and no object that it can do without.
    return new Promise((resolve) => {
      this.keep.guard.tell(
        key,
        () => cache.get(key),
        (text) => {
          const payload = typeof text === 'string' ? freshPayload(text, clock.now()) : null
          if (payload === null) return resolve(this.#afterFirst(key, id, text))
          let value: T
          try {
            value = decode(payload)
          } catch {
            return resolve(this.#afterFirst(key, id, text))
          }
          this.statistics.hits += 1
          resolve(value)
        },
      )
    })
  }

  async #afterFirst(key: string, id: Id, text: string | null | Down): Promise<T | null> {
    return this.#answer(key, id, await this.#interpret(key, id, text, '', false))
  }

  #answer(key: string, id: Id, look: Look<T> | Down): Promise<T | null> | T | null {
    if (look === DOWN) return this.#getAside(key, id)
    if (look.kind === 'miss') return this.#flights.join(key, (course) => this.#load(key, id, course))
    if (look.kind === 'hit') {
      this.statistics.hits += 1
      return look.value
    }
    this.statistics.staleHits += 1
    if (!this.#flights.has(key))
      this.#flights.join(key, (course) => this.#load(key, id, course)).catch(() => undefined)
    return look.value
  }

  #getAside(key: string, id: Id): Promise<T | null> {
    this.statistics.withoutCache += 1
    return this.#flights.join(key, () => this.#loadAside(id))
  }

  #isUnderRepair(key: string, id: Id): boolean {
    const { repairs } = this.keep
    if (repairs.isEmpty) return false
    return repairs.has(key) || (this.settings.tags?.(id) ?? []).some((tag) => repairs.has(`tag:${tag}`))
  }

  /** @param mayLag whether a copy will do, which only a fresh value is taken from */
  async #look(key: string, id: Id, mayLag: boolean): Promise<Look<T> | Down> {
    const { cache, tags } = this.settings
    const lagging = mayLag ? cache.getLagging : undefined
    const isLagging = lagging !== undefined
    const asked = this.keep.guard.ask(key, () => (isLagging ? lagging(key) : cache.get(key)))
    const [text, stamps]: [string | null | Down, string | Down] =
      tags === null
        ? [await asked, '']
        : await Promise.all([asked, readTags(cache, this.keep.guard, tags(id))])
    return stamps === DOWN ? DOWN : this.#interpret(key, id, text, stamps, isLagging)
  }

  async #interpret(
    key: string,
    id: Id,
    text: string | null | Down,
    stamps: string,
    isLagging: boolean,
  ): Promise<Look<T> | Down> {
    if (text === DOWN) return DOWN
    const look = text === null ? NOTHING : this.#judge(text, stamps, this.settings.clock.now())
    if (isLagging && look.kind !== 'hit') return this.#look(key, id, false)
    if (look.kind !== 'unreadable') return look
    return (await this.keep.discard(key, look.error)) === DOWN ? DOWN : NOTHING
  }

  #judge(text: string, stamps: string, now: number): Look<T> | Unreadable {
    const record = decodeRecord(text)
    if (record === null) return new Unreadable(null)
    if (record.kind !== 'value' || record.tags !== stamps) return { kind: 'miss', record }
    const isFresh = record.freshUntil > now
    const readableUntil = record.freshUntil + (record.payload === null ? 0 : this.settings.staleMs)
    if (readableUntil <= now) return { kind: 'miss', record }
    try {
      return { kind: isFresh ? 'hit' : 'stale', value: this.values.toValue(record), record }
    } catch (error) {
      return new Unreadable(error)
    }
  }

  /** Claims the lease and loads, or waits for who has it. */
  async #load(key: string, id: Id, course: Course): Promise<Landing<T | null>> {
    const { clock, waitMs, staleMs } = this.settings
    const deadline = clock.now() + waitMs
    for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_LOOK_MS)) {
      const shownBy = course.ask()
      const look = await this.#look(key, id, false)
      if (look === DOWN) return this.#loadAside(id)
      if (look.kind === 'hit') return { value: look.value, shownBy }
      const isKept = look.kind === 'stale'
      const claim = await this.keep.claim(key, look.record, isKept ? staleMs : 0)
      if (claim === DOWN) return this.#loadAside(id)
      if (claim.kind === 'claimed') return this.#loadInto({ key, id, course }, claim.record.stamp, isKept)
      if (claim.kind === 'closed' || clock.now() >= deadline) return this.#loadAside(id)
      if (claim.kind === 'awaited') {
        if (isKept) return { value: look.value, shownBy: null }
        await clock.sleep(pauseMs)
      }
    }
  }

  async #loadInto(
    { key, id, course }: { key: string; id: Id; course: Course },
    stamp: string,
    isKept: boolean,
  ): Promise<Landing<T | null>> {
    const tags = await this.#tags(id)
    let value: T | null
    try {
      value = await this.#ask(id)
    } catch (error) {
      // The next one need not wait for the end of the lease; an old value is left to those who wait.
      if (!isKept) await this.keep.release(key, stamp)
      throw error
    }
    const kept = tags === DOWN ? null : this.values.toRecord(value, tags)
    if (kept === null) {
      await this.keep.release(key, stamp)
      return { value, shownBy: null }
    }
    const asked = course.ask()
    const isFilled = (await this.keep.swap(key, stamp, kept.record, kept.lifeMs)) === true
    return { value, shownBy: isFilled && (await this.#tags(id)) === tags ? asked : null }
  }

  /** Without a trace in the cache. */
  async #loadAside(id: Id): Promise<Landing<T | null>> {
    return { value: await this.#ask(id), shownBy: null }
  }

  #ask(id: Id): Promise<T | null> {
    this.statistics.loads += 1
    return this.settings.load(id)
  }

  #tags(id: Id): Promise<string | Down> | string {
    const { tags, cache } = this.settings
    return tags === null ? '' : readTags(cache, this.keep.guard, tags(id))
  }
}

class Unreadable {
  readonly kind = 'unreadable'

  constructor(readonly error: unknown) {}
}
