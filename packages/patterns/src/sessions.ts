import type { Cache, Clock } from './cache.ts'
import { systemClock } from './cache.ts'
import { fieldsOf, mergeFields, toJson, type SessionFields } from './session-fields.ts'
import { newStamp, STAMP_LENGTH, stampOf } from './stamp.ts'

export interface SessionOptions {
  cache: Cache
  /** First part of the keys. By default `session`. */
  name?: string
  /** Seconds that a session lives after its last request when its cookie does not say. By default a day. */
  ttl?: number
  /** How long the cache is waited for, long enough for a failover, before the request fails. By default 5,000. */
  timeoutMs?: number
  clock?: Clock
}

const DAY = 24 * 60 * 60
const TRIES = 20

/** Sessions in a cache. Unlike a value that can be loaded anew, a session that cannot be reached is an error. */
export class Sessions {
  readonly #cache: Cache
  readonly #prefix: string
  readonly #timeoutMs: number
  readonly #ttlMs: number
  readonly #clock: Clock

  constructor({
    cache,
    name = 'session',
    ttl = DAY,
    timeoutMs = 5_000,
    clock = systemClock,
  }: SessionOptions) {
    this.#cache = cache
    this.#prefix = `${name}:`
    this.#timeoutMs = timeoutMs
    this.#ttlMs = ttl * 1_000
    this.#clock = clock
  }

  /** Null when there is none, or none that can be read. */
  async read(id: string): Promise<SessionFields | null> {
    const record = await this.#ask(this.#cache.get(this.#prefix + id))
    return record === null ? null : decode(record)
  }

  /** Stores a session whatever was there. */
  async create(id: string, fields: SessionFields, lifeMs: number): Promise<void> {
    await this.#replace(id, lifeMs, () => fields)
  }

  /**
   * Applies to the stored session what a request has made of the one that it read. A session that was destroyed
   * meanwhile stays so, which is told by null.
   */
  update(
    id: string,
    base: SessionFields,
    mine: SessionFields,
    lifeMs: number,
  ): Promise<SessionFields | null> {
    return this.#replace(id, lifeMs, (theirs) => (theirs === null ? null : mergeFields(base, mine, theirs)))
  }

  touch(id: string, lifeMs: number): Promise<boolean> {
    return this.#ask(this.#cache.touch(this.#prefix + id, lifeMs))
  }

  destroy(id: string): Promise<void> {
    return this.#ask(this.#cache.remove(this.#prefix + id))
  }

  /** From now on, by what its cookie says. */
  lifeOf(session: { cookie?: unknown }): number {
    const cookie = (session.cookie ?? {}) as { originalMaxAge?: unknown; expires?: unknown }
    if (typeof cookie.originalMaxAge === 'number') return cookie.originalMaxAge
    const { expires } = cookie
    const at =
      expires instanceof Date || typeof expires === 'string' ? new Date(expires).getTime() : Number.NaN
    return Number.isNaN(at) ? this.#ttlMs : at - this.#clock.now()
  }

  async #replace(
    id: string,
    lifeMs: number,
    decide: (theirs: SessionFields | null) => SessionFields | null,
  ): Promise<SessionFields | null> {
    const key = this.#prefix + id
    for (let tries = 0; tries < TRIES; tries += 1) {
      const seen = await this.#ask(this.#cache.get(key))
      const fields = decide(seen === null ? null : decode(seen))
      if (fields === null) return null
      const record = newStamp() + toJson(fields)
      const stamp = seen === null ? null : stampOf(seen)
      if (await this.#ask(this.#cache.swap(key, stamp, record, lifeMs))) return fields
    }
    throw new Error('the session was changed by too many requests at once')
  }

  async #ask<T>(answer: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      const say = () => reject(new Error(`the session cache did not answer within ${this.#timeoutMs} ms`))
      timer = setTimeout(say, this.#timeoutMs)
    })
    try {
      return await Promise.race([answer, late])
    } finally {
      clearTimeout(timer)
    }
  }
}

function decode(record: string): SessionFields | null {
  try {
    const data: unknown = JSON.parse(record.slice(STAMP_LENGTH))
    return typeof data === 'object' && data !== null ? fieldsOf(data) : null
  } catch {
    return null
  }
}
