import type { Redis } from 'ioredis'
import type { Cache } from './cache.ts'
import { decodeRecord } from './record.ts'

export interface NearCacheOptions {
  cache: Cache
  /** A connection to the primary; two more are made like it. */
  redis: Redis
  /** Beginnings of the keys that may be kept, such as `product:`. */
  prefixes: readonly string[]
  maxEntries?: number
  /** The longest that a value is answered without asking, should the server's word not come. By default 5,000. */
  maxAgeMs?: number
}

export interface NearCache extends Cache {
  /** Resolves once the server tells of changes. */
  ready(): Promise<void>
  readonly size: number
  close(): void
}

const CHANNEL = '__redis__:invalidate'

interface Kept {
  text: string
  until: number
}

/**
 * Values in this process's memory, which the server tells of every change (`CLIENT TRACKING`, Redis 6 and later, Valkey).
 * A value may be answered until that word arrives; without a connection nothing is kept. Only the first look of a read
 * is answered from here: leases and writes go to the server.
 */
export function nearCache(options: NearCacheOptions): NearCache {
  const { cache, redis, prefixes, maxEntries = 10_000, maxAgeMs = 5_000 } = options
  const kept = new Map<string, Kept>()
  const asked = new Map<string, symbol>()
  const tracking = new Tracking(redis, prefixes, (keys) => {
    // A value that is on its way may be the old one.
    for (const key of keys ?? kept.keys()) kept.delete(key)
    for (const key of keys ?? [...asked.keys()]) asked.delete(key)
  })
  const keep = (key: string, text: string): void => {
    if (decodeRecord(text)?.kind !== 'value') return
    const [oldest] = kept.keys()
    if (kept.size >= maxEntries && oldest !== undefined) kept.delete(oldest)
    kept.set(key, { text, until: performance.now() + maxAgeMs })
  }
  const getLagging = async (key: string): Promise<string | null> => {
    const near = kept.get(key)
    if (near !== undefined && near.until > performance.now()) return near.text
    const mine = Symbol('question')
    const mayKeep = tracking.isLive && prefixes.some((prefix) => key.startsWith(prefix))
    if (mayKeep) asked.set(key, mine)
    const text = await cache.get(key)
    if (mayKeep && asked.get(key) === mine) {
      asked.delete(key)
      if (text !== null) keep(key, text)
    }
    return text
  }
  const forget = (key: string): void => {
    kept.delete(key)
    asked.delete(key)
  }
  return {
    ...cache,
    getLagging,
    swap: (key, ...rest) => {
      forget(key)
      return cache.swap(key, ...rest).finally(() => forget(key))
    },
    remove: (key) => {
      forget(key)
      return cache.remove(key).finally(() => forget(key))
    },
    ready: () => tracking.ready(),
    get size() {
      return kept.size
    },
    close: () => tracking.close(),
  }
}

/** One connection that asks to be told, and one that is told. When either is lost, so is what we know. */
class Tracking {
  isLive = false
  readonly #teller: Redis
  readonly #listener: Redis
  readonly #waiting: (() => void)[] = []

  constructor(
    redis: Redis,
    private readonly prefixes: readonly string[],
    private readonly onChange: (keys: readonly string[] | null) => void,
  ) {
    this.#teller = redis.duplicate({ protocol: 2 })
    // One that had subscribed again by itself could not be asked for its new id.
    this.#listener = redis.duplicate({ protocol: 2, autoResubscribe: false })
    this.#listener.on('messageBuffer', (_channel: Buffer, keys: unknown) => {
      this.onChange(Array.isArray(keys) ? keys.map(String) : null)
    })
    for (const connection of [this.#teller, this.#listener]) {
      connection.on('error', () => undefined)
      connection.on('close', () => this.#lost())
      connection.on('ready', () => void this.#begin().catch(() => this.#lost()))
    }
  }

  ready(): Promise<void> {
    return this.isLive ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve))
  }

  close(): void {
    this.#teller.disconnect()
    this.#listener.disconnect()
    this.#lost()
  }

  async #begin(): Promise<void> {
    if (this.#teller.status !== 'ready' || this.#listener.status !== 'ready') return
    const prefixes = this.prefixes.flatMap((prefix) => ['PREFIX', prefix])
    // Asked on a connection of its own kind: one that listens may say little else.
    const id = await this.#listener.call('CLIENT', 'ID')
    await this.#listener.subscribe(CHANNEL)
    await this.#teller.call('CLIENT', 'TRACKING', 'OFF')
    await this.#teller.call('CLIENT', 'TRACKING', 'ON', 'REDIRECT', String(id), 'BCAST', ...prefixes)
    this.isLive = true
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  #lost(): void {
    this.isLive = false
    this.onChange(null)
  }
}
