import type { SimWorld } from './sim-world.ts'
import { ENGINE_ID } from './sim-world.ts'

const NO_FAULTS = { lostBefore: 0, lostAfter: 0, delayed: 0, maxDelayMs: 0 }
const FAULT_MAX_MS = 15_000

/** Breaks the simulated world by the seed, in every way that a data centre does, and heals it again. */
export class Nemesis {
  readonly history: string[] = []
  /** Nodes whose container it has touched, with the time. */
  readonly touched = new Map<string, number>()
  #foreign = 0

  constructor(private readonly world: SimWorld) {}

  /** Strikes with this probability; to be called between any two moves of the world. */
  maybeStrike(probability: number): void {
    const { dice } = this.world
    if (!dice.chance(probability)) return
    const strike = dice.pick(this.#strikes)
    if (strike === undefined) return
    this.history.push(`${this.world.clock.monotonicMs()} ${strike.name}`)
    strike.call(this)
  }

  /** Ends every fault and leaves at least one worker at work. */
  heal(): void {
    const { fake, workers } = this.world
    fake.setEngine(ENGINE_ID, 'up')
    fake.faults.clear()
    for (const nodeId of this.#nodeIds()) fake.resume(nodeId)
    for (const { actor } of workers) this.world.turnstile.thaw(actor)
    this.world.staff()
  }

  readonly #strikes: readonly (() => void)[] = [
    this.killWorker,
    this.killWorker,
    this.freezeWorker,
    this.loseCalls,
    this.loseCalls,
    this.hangEngine,
    this.loseEngine,
    this.killNode,
    this.removeContainer,
    this.pauseNode,
    this.addForeigners,
  ]

  private killWorker(): void {
    const { dice, turnstile, clock } = this.world
    const victim = dice.pick(this.world.alive())
    if (victim === undefined) return
    turnstile.kill(victim.actor)
    void clock.sleep(dice.below(3_000)).then(() => this.world.staff())
  }

  private freezeWorker(): void {
    const victim = this.world.dice.pick(this.world.alive())
    if (victim === undefined) return
    victim.actor.state = 'frozen'
    this.#later(() => this.world.turnstile.thaw(victim.actor), 2 * FAULT_MAX_MS)
  }

  private loseCalls(): void {
    this.world.fake.faults.rates = { lostBefore: 0.15, lostAfter: 0.15, delayed: 0.3, maxDelayMs: 5_000 }
    this.#later(() => (this.world.fake.faults.rates = NO_FAULTS))
  }

  private hangEngine(): void {
    this.world.fake.setEngine(ENGINE_ID, 'hung')
    this.#later(() => this.world.fake.setEngine(ENGINE_ID, 'up'))
  }

  private loseEngine(): void {
    this.world.fake.setEngine(ENGINE_ID, 'unreachable')
    this.#later(() => this.world.fake.setEngine(ENGINE_ID, 'up'))
  }

  private killNode(): void {
    this.#touch((nodeId) => this.world.fake.kill(nodeId))
  }

  private removeContainer(): void {
    this.#touch((nodeId) => this.world.fake.removeContainer(nodeId))
  }

  private pauseNode(): void {
    const nodeId = this.#touch((id) => this.world.fake.pause(id))
    if (nodeId !== undefined) this.#later(() => this.world.fake.resume(nodeId))
  }

  private addForeigners(): void {
    const name = `foreign-${++this.#foreign}`
    this.world.fake.addForeignContainer(ENGINE_ID, name)
    this.world.fake.addForeignNetwork(ENGINE_ID, `${name}-net`, `172.30.${this.#foreign}.0/24`)
    this.world.fake.occupyPort(ENGINE_ID, 10_000 + this.world.dice.below(12_000))
  }

  #touch(act: (nodeId: string) => void): string | undefined {
    const nodeId = this.world.dice.pick(this.#nodeIds())
    if (nodeId === undefined) return undefined
    this.touched.set(nodeId, this.world.clock.monotonicMs())
    act(nodeId)
    return nodeId
  }

  #nodeIds(): string[] {
    const containers = this.world.fake.world().flatMap((engine) => engine.containers)
    return containers.flatMap(({ process }) => (process === null ? [] : [process.nodeId]))
  }

  #later(heal: () => void, withinMs = FAULT_MAX_MS): void {
    void this.world.clock.sleep(1 + this.world.dice.below(withinMs)).then(heal)
  }
}
