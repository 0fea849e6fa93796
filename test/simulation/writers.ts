import { writeTo, type SimulatedConnection } from '@cacheplane/fleet/fake'
import type { Groups } from './groups.ts'
import type { Ledger } from './ledger.ts'
import type { SimWorld } from './sim-world.ts'

const CONNECTIONS = 2

/** Clients who write through the endpoint of each group, on connections that they keep, and note what was acknowledged. */
export class Writers {
  readonly #connections = new Map<string, SimulatedConnection | null>()
  #written = 0

  constructor(
    private readonly world: SimWorld,
    private readonly groups: Groups,
    private readonly ledger: Ledger,
    private readonly onViolation: (what: string) => void,
  ) {}

  write(): void {
    for (const { shard } of this.groups.known) {
      const { id, endpoint } = shard
      const key = `${id}/${this.world.dice.below(CONNECTIONS)}`
      if (endpoint !== null) this.#writeOn(key, endpoint)
    }
  }

  #writeOn(key: string, { engineId, primaryPort }: { engineId: string; primaryPort: number }): void {
    const { fake, clock, dice } = this.world
    // Clients come and go.
    const kept = dice.chance(0.05) ? null : (this.#connections.get(key) ?? null)
    const connection = kept === null || kept.process() === null ? fake.connect(engineId, primaryPort) : kept
    this.#connections.set(key, connection)
    const process = connection?.process() ?? null
    const container = process === null ? undefined : this.groups.containerOf(process)
    if (process === null || container === undefined) return
    fake.replicate()
    const value = `w${++this.#written}`
    const atMs = clock.monotonicMs()
    if (writeTo(container, value, atMs) === 'refused') {
      // READONLY or a timeout: some clients connect anew, some go on trying.
      if (dice.chance(0.5)) this.#connections.delete(key)
      return
    }
    const { nodeId, historyId } = process
    const broken = this.ledger.enter(container.networkName ?? '', { value, atMs, nodeId, historyId })
    if (broken !== null) this.onViolation(broken)
  }
}
