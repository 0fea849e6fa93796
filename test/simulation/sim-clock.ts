import type { Clock } from '@cacheplane/domain'
import type { Actor } from './actor.ts'

interface Sleeper {
  wakeAtMs: number
  order: number
  actor: Actor | null
  wake: () => void
}

const BEGIN = Date.UTC(2026, 0, 1)

/** Time that stands still until the simulation moves it. A sleeper of a dead actor never wakes, of a frozen one later. */
export class SimClock implements Clock {
  #elapsedMs = 0
  #order = 0
  #sleepers: Sleeper[] = []

  now(): Date {
    return new Date(BEGIN + this.#elapsedMs)
  }

  monotonicMs(): number {
    return this.#elapsedMs
  }

  sleep(ms: number): Promise<void> {
    return this.sleepAs(null, ms)
  }

  sleepAs(actor: Actor | null, ms: number): Promise<void> {
    // In whole milliseconds, as the database counts them.
    const wakeAtMs = this.#elapsedMs + Math.ceil(Math.max(ms, 0))
    return new Promise((wake) => {
      this.#sleepers.push({ wakeAtMs, order: this.#order++, actor, wake })
    })
  }

  /** A clock whose sleepers share the fate of an actor. */
  of(actor: Actor): Clock {
    return {
      now: () => this.now(),
      monotonicMs: () => this.monotonicMs(),
      sleep: (ms) => this.sleepAs(actor, ms),
    }
  }

  /** Moves to the next sleeper that can wake, at most to `untilMs`, and wakes it. False when `untilMs` was reached. */
  advance(untilMs: number): boolean {
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.actor?.state !== 'dead')
    const next = this.#sleepers
      .filter((sleeper) => sleeper.actor?.state !== 'frozen' && sleeper.wakeAtMs <= untilMs)
      .reduce<Sleeper | null>((best, one) => (best === null || isBefore(one, best) ? one : best), null)
    if (next === null) {
      this.#elapsedMs = Math.max(this.#elapsedMs, untilMs)
      return false
    }
    this.#sleepers.splice(this.#sleepers.indexOf(next), 1)
    this.#elapsedMs = Math.max(this.#elapsedMs, next.wakeAtMs)
    next.wake()
    return true
  }
}

function isBefore(a: Sleeper, b: Sleeper): boolean {
  return a.wakeAtMs < b.wakeAtMs || (a.wakeAtMs === b.wakeAtMs && a.order < b.order)
}
