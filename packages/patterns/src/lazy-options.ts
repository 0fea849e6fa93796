import { systemClock, type Cache, type Clock } from './cache.ts'
import type { CacheProblem } from './guard.ts'

export interface LazyOptions<Id, T> {
  cache: Cache
  /** What is cached, such as `product`: the first part of its keys. */
  name: string
  /** Part of the keys: raise it when the shape of the values changes, and old values are left to expire. */
  version?: number
  key: (id: Id) => string
  /** Asks the source; null when there is no such thing. */
  load: (id: Id) => Promise<T | null>
  /** Seconds for which a value is fresh. */
  ttl: number
  /** Seconds for which it is known that there is no such thing; 0 asks every time. By default `ttl`, 10 at most. */
  negativeTtl?: number
  /** Seconds after `ttl` for which the old value is answered while it is loaded anew. By default 0. */
  staleFor?: number
  /** Share of `ttl` by which it is shortened at random, so that what was loaded together does not end together. */
  jitter?: number
  /** Tags by which it can be invalidated with others: `invalidateTag`. */
  tags?: (id: Id) => readonly string[]
  encode?: (value: T) => string
  /** Throws for what it cannot read, which is then loaded anew. */
  decode?: (text: string) => T
  /** How long one answer of the cache is waited for before the source is asked. By default 100. */
  timeoutMs?: number
  /** How long a load may take before another process begins one. By default 5,000. */
  leaseMs?: number
  /** How long another process's load is waited for. By default 1,000. */
  waitMs?: number
  /** How long a write to the source may take. By default 10,000. */
  writeMs?: number
  /** Refuses a write that cannot be announced to the cache, instead of writing to the source anyhow. */
  refuseWritesWithoutCache?: boolean
  /** Told of every failure of the cache that was got over. */
  onProblem?: (problem: CacheProblem) => void
  clock?: Clock
  random?: () => number
}

/** The same with everything filled in, in milliseconds. */
export interface Settings<Id, T> {
  cache: Cache
  prefix: string
  key: (id: Id) => string
  load: (id: Id) => Promise<T | null>
  ttlMs: number
  negativeMs: number
  staleMs: number
  jitter: number
  tags: ((id: Id) => readonly string[]) | null
  encode: (value: T) => string
  decode: (text: string) => T
  timeoutMs: number
  leaseMs: number
  waitMs: number
  writeMs: number
  isStrict: boolean
  onProblem: (problem: CacheProblem) => void
  clock: Clock
  random: () => number
}

const SECOND = 1_000
const NEGATIVE_MAX = 10

const DEFAULTS = {
  version: 1,
  staleFor: 0,
  jitter: 0.1,
  timeoutMs: 100,
  leaseMs: 5_000,
  waitMs: 1_000,
  writeMs: 10_000,
  refuseWritesWithoutCache: false,
  tags: null,
  clock: systemClock,
  random: Math.random,
  onProblem: () => undefined,
}

export function settle<Id, T>(options: LazyOptions<Id, T>): Settings<Id, T> {
  const given = {
    ...DEFAULTS,
    negativeTtl: Math.min(options.ttl, NEGATIVE_MAX),
    encode: (value: T) => JSON.stringify(value),
    decode: (text: string) => JSON.parse(text) as T,
    ...options,
  }
  const { name, version, ttl, negativeTtl, staleFor, jitter } = given
  if (!(ttl > 0)) throw new RangeError('ttl takes a positive number of seconds')
  if (!(jitter >= 0 && jitter < 1)) throw new RangeError('jitter takes a share from 0 to less than 1')
  if (!(staleFor >= 0 && negativeTtl >= 0))
    throw new RangeError('staleFor and negativeTtl take seconds from 0 on')
  return {
    ...given,
    prefix: `${name}:v${version}:`,
    ttlMs: ttl * SECOND,
    negativeMs: negativeTtl * SECOND,
    staleMs: staleFor * SECOND,
    isStrict: given.refuseWritesWithoutCache,
  }
}
