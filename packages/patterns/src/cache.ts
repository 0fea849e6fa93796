/**
 * What the patterns need of an engine. Every record begins with a stamp of its own, so that "nobody has touched this
 * since I looked" is a comparison of sixteen characters: by a script on Redis and Valkey, by `gets` and `cas` on
 * Memcached.
 */
export interface Cache {
  readonly engine: 'redis' | 'memcached' | 'memory'
  get(key: string): Promise<string | null>
  /** As `get`, from a copy that may lag behind, where there is one. */
  getLagging?(key: string): Promise<string | null>
  /**
   * Stores `record` if the key's record bears `stamp` (null: if there is none). A life of 0 ms or less removes the key
   * instead. Tells whether it did; a repetition of what was already done counts as done.
   */
  swap(key: string, stamp: string | null, record: string, lifeMs: number): Promise<boolean>
  /** Gives the key a new life; false when there is no such key. */
  touch(key: string, lifeMs: number): Promise<boolean>
  remove(key: string): Promise<void>
}

/** Time as the patterns see it, so that tests can move it. */
export interface Clock {
  now(): number
  sleep(ms: number): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}
