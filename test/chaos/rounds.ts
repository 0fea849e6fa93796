import { setTimeout as sleep } from 'node:timers/promises'
import { DEADLINES } from './deadlines.ts'
import { MENU, type FaultName, type Victim } from './faults.ts'
import { check } from './harness/check.ts'
import { Customer, type Cache } from './harness/customer.ts'

const CACHES_MAX = 5
const WISHES_MAX = 3
const SPREAD_MS = 1_000

/** Faults and wishes in rounds; after each everything must come to rest and be as it should. */
export class Rounds {
  readonly violations: string[] = []
  readonly #customer: Customer
  readonly #settledMs: number[] = []
  #wanted: Cache[] = []
  #created = 0
  #deleted = 0

  constructor(private readonly victim: Victim) {
    this.#customer = new Customer(victim.service)
  }

  /** One fault in the midst of some wishes; returns a line about it. */
  async play(faults: readonly FaultName[]): Promise<string> {
    const { dice } = this.victim
    const fault = dice.pick(faults) ?? 'both killed'
    const faultAfterMs = dice.below(SPREAD_MS)
    const wishes = Array.from({ length: 1 + dice.below(WISHES_MAX) }, () => this.#draw())
    const harm = async (): Promise<void> => {
      await sleep(faultAfterMs)
      await MENU[fault](this.victim)
    }
    return this.#settle(fault, [...wishes.map((wish) => wish.name), ''], [harm(), ...wishes.map((wish) => wish.done)])
  }

  /** Deletes all that is left. */
  async clearAway(): Promise<string> {
    const going = this.#wanted.map((cache) => this.#remove(cache, 0))
    return this.#settle('no fault', going.map((wish) => wish.name), going.map((wish) => wish.done))
  }

  tally(): Record<string, number> {
    const sorted = [...this.#settledMs].sort((a, b) => a - b)
    return {
      rounds: sorted.length,
      created: this.#created,
      deleted: this.#deleted,
      violations: this.violations.length,
      'median seconds to rest': seconds(sorted[Math.floor(sorted.length / 2)] ?? 0),
      'longest seconds to rest': seconds(sorted.at(-1) ?? 0),
    }
  }

  #draw(): Wish {
    const { dice } = this.victim
    const isCreation = this.#wanted.length === 0 || (this.#wanted.length < CACHES_MAX && dice.chance(0.6))
    const afterMs = dice.below(SPREAD_MS)
    const kind = dice.chance(0.7) ? 'replication-group' : 'cache-cluster'
    const old = dice.pick(this.#wanted)
    return isCreation || old === undefined ? this.#add({ kind, name: `cache-${this.#created + 1}` }, afterMs) : this.#remove(old, afterMs)
  }
}
