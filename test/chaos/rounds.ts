import { setTimeout as sleep } from 'node:timers/promises'
import { MENU, type FaultName, type Victim } from './faults.ts'
import { check } from './harness/check.ts'
import type { Cache, Customer } from './harness/customer.ts'
import { Ledger, NO_FAULT } from './ledger.ts'
import { LoadRange } from './load-range.ts'
import type { Urn } from './urn.ts'

const CACHES_MAX = 3
const WISHES_MAX = 2
/** Fault and wishes of a round begin within this time, so that one hits the other at any stage. */
const SPREAD_MS = 1_500

interface Wish {
  /** `+name` or `-name`. */
  label: string
  fulfil: () => Promise<void>
}

/** Rounds of one fault in the midst of some wishes; after each of them everything must come to rest as it should be. */
export class Rounds {
  readonly violations: string[] = []
  readonly ledger = new Ledger()
  readonly #customer: Customer
  readonly #restedMs: number[] = []
  readonly #load = new LoadRange()
  readonly #wanted = new Map<string, Cache>()
  readonly #unwanted = new Map<string, Cache>()
  /** From rounds before: what is asked for in this one may be refused when it is to be deleted first. */
  #old: Cache[] = []
  #created = 0
  #deleted = 0

  constructor(
    private readonly victim: Victim,
    private readonly faults: Urn<FaultName>,
  ) {
    this.#customer = victim.customer
  }

  /** Returns a line about the round. */
  async play(): Promise<string> {
    const { dice } = this.victim
    const fault = this.faults.draw()
    this.#old = [...this.#wanted.values()]
    const wishes = Array.from({ length: 1 + dice.below(WISHES_MAX) }, () => this.#draw())
    return this.#round(fault, wishes)
  }

  /** Deletes what is left. */
  clearAway(): Promise<string> {
    return this.#round(
      null,
      [...this.#wanted.values()].map((cache) => this.#remove(cache)),
    )
  }

  tally(): Record<string, number | string> {
    const sorted = [...this.#restedMs].sort((a, b) => a - b)
    return {
      rounds: sorted.length,
      created: this.#created,
      deleted: this.#deleted,
      violations: this.violations.length,
      load: String(this.#load),
      'snapshots whole': this.victim.snapshots.whole,
      'snapshots failed': this.victim.snapshots.failed,
      'median s to rest': inSeconds(sorted[Math.floor(sorted.length / 2)] ?? 0),
      'longest s to rest': inSeconds(sorted.at(-1) ?? 0),
    }
  }

  async #round(fault: FaultName | null, wishes: readonly Wish[]): Promise<string> {
    const { dice } = this.victim
    const soon = async (work: () => Promise<unknown>): Promise<void> => {
      await sleep(dice.below(SPREAD_MS))
      await this.#note(work)
    }
    const before = this.violations.length
    const harm = fault === null ? [] : [soon(() => MENU[fault](this.victim))]
    await Promise.all([...harm, ...wishes.map(({ fulfil }) => soon(fulfil))])
    const overMs = performance.now()
    await this.#rest()
    await this.#takeStock(fault ?? NO_FAULT)
    const restedMs = performance.now() - overMs
    this.#restedMs.push(restedMs)
    this.ledger.rested(fault ?? NO_FAULT, restedMs)
    this.#load.note()
    const verdict = this.violations.slice(before).join('\n   ') || 'ok'
    const labels = wishes.map(({ label }) => label).join(' ')
    return `${fault ?? NO_FAULT}; ${labels}; at rest after ${inSeconds(restedMs)} s: ${verdict}`
  }

  async #takeStock(fault: string): Promise<void> {
    const { guarded, byHand } = this.victim
    for (const watched of [guarded, byHand])
      await this.#note(async () =>
        this.violations.push(...(await this.ledger.enter(fault, watched, watched === guarded))),
      )
  }

  async #rest(): Promise<void> {
    const { guarded, byHand } = this.victim
    const staying = [guarded.cache, byHand.cache, ...this.#wanted.values()]
    const coming = staying.map((cache) => this.#customer.isServed(cache))
    const going = [...this.#unwanted.values()].map((cache) => this.#customer.becomes(cache, 'gone'))
    await Promise.all([...coming, ...going].map((one) => this.#note(() => one)))
    this.#unwanted.clear()
    await this.#note(async () => this.violations.push(...(await check(this.victim.service, this.#customer))))
  }

  #draw(): Wish {
    const { dice } = this.victim
    const old = dice.pick(this.#old)
    const isFull = this.#wanted.size >= CACHES_MAX
    if (old !== undefined && (isFull || dice.chance(0.4))) return this.#remove(old)
    this.#created += 1
    const kind = dice.chance(0.7) ? 'replication-group' : 'cache-cluster'
    const cache: Cache = { kind, name: `cache-${this.#created}` }
    this.#wanted.set(cache.name, cache)
    return { label: `+${cache.name}`, fulfil: () => this.#customer.create(cache) }
  }

  #remove(cache: Cache): Wish {
    this.#old = this.#old.filter((one) => one !== cache)
    this.#deleted += 1
    this.#wanted.delete(cache.name)
    this.#unwanted.set(cache.name, cache)
    return { label: `-${cache.name}`, fulfil: () => this.#customer.delete(cache) }
  }

  /** What throws is a violation, too. */
  async #note(work: () => Promise<unknown>): Promise<void> {
    await work().catch((error: unknown) => {
      this.violations.push(error instanceof Error ? error.message : String(error))
    })
  }
}

const inSeconds = (ms: number): number => Math.round(ms / 100) / 10
