import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Doorbell, Fleet } from '@cacheplane/domain'
import { FakeFleet, type FakeEngineOptions } from '@cacheplane/fleet/fake'
import type { Store } from '@cacheplane/store'
import type { Failpoints } from '@cacheplane/workflows'
import { aReport, openTestStore, type TestStore } from '../support/stores.ts'
import type { Actor } from './actor.ts'
import { Dice } from './dice.ts'
import { SimClock } from './sim-clock.ts'
import { startSimWorker, type SimWorker, type WorkerSurroundings } from './sim-worker.ts'
import { afterFirst } from './after-first.ts'
import { Turnstile } from './turnstile.ts'

export const ENGINE_ID = 'engine-1'
export const SPARES = 2
const GIB = 1024 ** 3
/** As probes do. */
const PING_EVERY_MS = 500

const ZONES = ['local-1a', 'local-1b', 'local-1c']
const MACHINE = { cpus: 2, memoryBytes: 64 * GIB }

/** One engine with all zones, or one for each. */
const ESTATES: Record<1 | 3, readonly FakeEngineOptions[]> = {
  1: [{ engineId: ENGINE_ID, zones: ZONES, address: '127.0.0.1', ...MACHINE }],
  3: ZONES.map((zone, i) => ({
    engineId: `engine-${i + 1}`,
    zones: [zone],
    address: `10.0.0.${i + 1}`,
    ...MACHINE,
  })),
}

export interface SimOptions {
  seed: number
  workers: number
  engines?: keyof typeof ESTATES
  /** Networks that stand ready on the engine. */
  spares?: number
  /** Of nodes' TLS certificates; a year unless told. */
  certificateLifetimeMs?: number
  /** Share of rings that are lost on the way. */
  ringsLost?: number
  failpoints?: (actor: Actor) => Failpoints
  without?: WorkerSurroundings['without']
  /** Replaces the store that workers see; a sabotage test breaks a guard here. */
  sabotage?: (test: TestStore) => Store
  /** The same for the fleet. */
  sabotageFleet?: (fleet: Fleet) => Fleet
}

/** Real workflows, real Postgres, simulated engines and a clock that only the simulation moves; all of it by one seed. */
export class SimWorld {
  readonly dice: Dice
  readonly clock = new SimClock()
  readonly turnstile: Turnstile
  readonly fake: FakeFleet
  readonly warnings: string[] = []
  readonly workers: SimWorker[] = []
  /** Who called what, and when: two runs by one seed make the same. */
  readonly trace: string[] = []
  readonly #due: (() => Promise<void>)[] = []
  #syncedMs = 0
  #pingedMs = 0
  #named = 0

  readonly test: TestStore

  private constructor(
    test: TestStore,
    private readonly options: SimOptions,
  ) {
    // The database's clock is put right only for who looks at it.
    const sync = () => this.#syncClock(test)
    this.test = {
      ...test,
      store: afterFirst(test.store, sync),
      open: (over) => afterFirst(test.open(over), sync),
      rows: afterFirst(test, sync).rows,
    }
    this.dice = new Dice(options.seed)
    this.turnstile = new Turnstile(this.dice)
    this.fake = new FakeFleet({
      installation: 'simulation',
      engines: ESTATES[options.engines ?? 1],
      clock: this.clock,
      seed: options.seed,
      timings: { call: [1, 20], boot: [20, 300] },
      ...(options.certificateLifetimeMs !== undefined && {
        certificateLifetimeMs: options.certificateLifetimeMs,
      }),
    })
    for (let i = 0; i < options.workers; i++) this.startWorker()
  }

  static async open(options: SimOptions): Promise<SimWorld> {
    const { spares: spareNetworks = SPARES } = options
    const { bytes: random } = new Dice(~options.seed)
    const test = await openTestStore('simulation', { spareNetworks, random })
    await test.store.recordSurvey(
      ESTATES[options.engines ?? 1].map((engine) => aReport({ ...engine, reachable: true })),
    )
    return new SimWorld(test, options)
  }

  readonly doorbell: Doorbell = {
    ring: (workflowId, delayMs = 0) => {
      void this.#deliver(workflowId, delayMs)
      return Promise.resolve()
    },
  }

  startWorker(): SimWorker {
    const { failpoints, without, sabotage, sabotageFleet } = this.options
    const fleet = this.fake.fleetOf(this.clock)
    const estate = ESTATES[this.options.engines ?? 1]
    fleet.recallEngines(estate.flatMap(({ engineId, zones }) => zones.map((name) => ({ name, engineId }))))
    const worker = startSimWorker(`worker-${++this.#named}`, {
      store: sabotage?.(this.test) ?? this.test.store,
      fleet: sabotageFleet?.(fleet) ?? fleet,
      doorbell: this.doorbell,
      clock: this.clock,
      dice: this.dice,
      turnstile: this.turnstile,
      ...(failpoints === undefined ? {} : { failpoints }),
      ...(without === undefined ? {} : { without }),
      onWarning: (fields, message) => void this.warnings.push(`${message} ${JSON.stringify(fields)}`),
    })
    this.workers.push(worker)
    return worker
  }

  /** A supervisor starts as many as are missing. */
  staff(): void {
    const missing = this.options.workers - this.workers.filter(({ actor }) => actor.state !== 'dead').length
    for (let i = 0; i < missing; i++) this.startWorker()
  }

  alive(): SimWorker[] {
    return this.workers.filter((worker) => worker.actor.state === 'alive')
  }

  /** Lets the world run for so much simulated time; `between` is called between any two of its moves. */
  async run(ms: number, between: () => void | Promise<void> = () => undefined): Promise<void> {
    const untilMs = this.clock.monotonicMs() + ms
    for (;;) {
      await settleMicrotasks()
      for (let act = this.#due.shift(); act !== undefined; act = this.#due.shift()) await act()
      await between()
      if (this.turnstile.hasWork) {
        const called = await this.turnstile.runOne()
        if (called !== null) this.trace.push(`${this.clock.monotonicMs()} ${called}`)
      } else if (!this.clock.advance(untilMs)) break
      this.#ping()
    }
  }

  /** Has something done between two moves, when that time has passed. */
  later(ms: number, act: () => Promise<void>): void {
    void this.clock.sleep(ms).then(() => this.#due.push(act))
  }

  close(): Promise<void> {
    for (const { actor } of this.workers) actor.state = 'dead'
    return this.test.close()
  }

  async #deliver(workflowId: string, delayMs: number): Promise<void> {
    if (this.dice.chance(this.options.ringsLost ?? 0)) return
    await this.clock.sleep(delayMs + this.dice.below(5))
    const worker = this.dice.pick(this.alive())
    if (worker !== undefined) void worker.advance(workflowId)
  }

  #ping(): void {
    if (this.clock.monotonicMs() - this.#pingedMs < PING_EVERY_MS) return
    this.#pingedMs = this.clock.monotonicMs()
    this.fake.ping()
  }

  async #syncClock(test: TestStore): Promise<void> {
    const elapsedMs = this.clock.monotonicMs()
    if (elapsedMs === this.#syncedMs) return
    const passedMs = elapsedMs - this.#syncedMs
    this.#syncedMs = elapsedMs
    await test.pass(passedMs)
  }
}

/** Everything that can go on without the world does: the simulated fleet and the workflows run on promises alone. */
async function settleMicrotasks(): Promise<void> {
  await nextTurn()
  await nextTurn()
}
