import type { Cache, Clock } from './cache.ts'
import { DOWN, type CacheProblem, type Down, type Guard } from './guard.ts'
import * as protocol from './protocol.ts'
import { decodeRecord, encodeRecord, type CacheRecord } from './record.ts'
import { Repairs } from './repairs.ts'
import { newStamp } from './stamp.ts'

/** Whoever loses so many races removes what is there instead. */
const TRIES = 5
/**
 * A writer that could not announce itself makes good for it when it withdraws, and is gone by then if it dies: it insists.
 * Every race that it loses somebody has won, so that this ends.
 */
const MARK_TRIES = 50

export interface KeepTimes {
  /** The longest load: after it another loader may begin. */
  leaseMs: number
  /** The longest write to the source: after it readers fill the key again although the writer has not been heard of. */
  writeMs: number
}

/** A writer's announcement: what it needs to know at its end. */
export interface Mark {
  token: string
  /** Null: the cache did not say that it has heard of it. */
  stamp: string | null
  isAlone: boolean
}

/** The protocol on a real cache: looks, decides by `protocol.ts`, swaps, and looks again when somebody was quicker. */
export class Keep {
  readonly repairs: Repairs

  constructor(
    readonly cache: Cache,
    readonly guard: Guard,
    private readonly clock: Clock,
    private readonly times: KeepTimes,
    private readonly onProblem: (problem: CacheProblem) => void,
  ) {
    this.repairs = new Repairs(clock)
  }

  /** What is there, as far as it can be read: what cannot is removed. */
  async look(key: string): Promise<CacheRecord | null | Down> {
    const text = await this.guard.ask(key, () => this.cache.get(key))
    if (text === DOWN || text === null) return text
    return decodeRecord(text) ?? this.discard(key)
  }

  async discard(key: string, error?: unknown): Promise<null | Down> {
    this.onProblem({ kind: 'unreadable', key, error })
    return (await this.guard.ask(key, () => this.cache.remove(key))) === DOWN ? DOWN : null
  }

  swap(key: string, stamp: string | null, record: CacheRecord, lifeMs: number): Promise<boolean | Down> {
    return this.guard.ask(key, () => this.cache.swap(key, stamp, encodeRecord(record), lifeMs))
  }

  /** @param keptMs how long an old value is to stay readable meanwhile; 0 takes it away */
  async claim(
    key: string,
    seen: CacheRecord | null,
    keptMs: number,
  ): Promise<protocol.Claim | { kind: 'overtaken' } | Down> {
    const { leaseMs } = this.times
    const claim = protocol.claim(seen, newStamp(), { now: this.clock.now(), leaseMs }, keptMs > 0)
    if (claim.kind !== 'claimed') return claim
    const done = await this.swap(key, seen?.stamp ?? null, claim.record, Math.max(keptMs, leaseMs))
    if (done === DOWN) return DOWN
    return done ? claim : { kind: 'overtaken' }
  }

  /** Gives a lease back that brought nothing. */
  async release(key: string, stamp: string): Promise<void> {
    await this.guard.ask(key, () => this.cache.swap(key, stamp, newStamp(), 0))
  }

  /** Announces a write. */
  async mark(key: string): Promise<Mark> {
    const token = newStamp()
    const unheard = { token, stamp: null, isAlone: false }
    for (let tries = 0; tries < MARK_TRIES; tries += 1) {
      const seen = await this.look(key)
      if (seen === DOWN) return unheard
      const now = this.clock.now()
      const record = protocol.mark(seen, newStamp(), { token, until: now + this.times.writeMs }, now)
      const done = await this.swap(key, seen?.stamp ?? null, record, this.times.writeMs)
      if (done === DOWN) return unheard
      if (done) return { token, stamp: record.stamp, isAlone: !record.isContested }
    }
    return unheard
  }

  /** Takes back a writer's mark, or (without a token) whatever value or lease there is; later if it has to be. */
  async withdraw(key: string, token: string | null): Promise<void> {
    if (await this.#withdrawNow(key, token)) return
    this.repairs.add(key, () => this.#withdrawNow(key, token))
  }

  async #withdrawNow(key: string, token: string | null): Promise<boolean> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const text = await this.guard.ask(key, () => this.cache.get(key), true)
      if (text === DOWN) return false
      const seen = text === null ? null : decodeRecord(text)
      if (text === null) return true
      const rest = seen === null ? null : protocol.withdraw(seen, newStamp(), token, this.clock.now())
      if (seen === null) return this.#remove(key)
      const [record, lifeMs] = rest === null ? [newStamp(), 0] : [encodeRecord(rest), this.times.writeMs]
      const swap = () => this.cache.swap(key, seen.stamp, record, lifeMs)
      const done = await this.guard.ask(key, swap, true)
      if (done !== false) return done === true
    }
    return this.#remove(key)
  }

  async #remove(key: string): Promise<boolean> {
    return (await this.guard.ask(key, () => this.cache.remove(key), true)) !== DOWN
  }
}
