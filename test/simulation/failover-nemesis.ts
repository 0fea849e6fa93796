import type { CallName } from '@cacheplane/fleet/fake'
import type { Group, Groups } from './groups.ts'
import type { SimWorld } from './sim-world.ts'

const NO_FAULTS = { lostBefore: 0, lostAfter: 0, delayed: 0, maxDelayMs: 0 }
const HARMS = ['kill', 'kill', 'pause', 'remove', 'cutOff', 'restart'] as const
const FAULT_MAX_MS = 15_000
const CALLS: readonly CallName[] = [
  'promoteNode',
  'followPrimary',
  'closeNode',
  'openNode',
  'killContainer',
  'routeEdge',
  'readEdge',
  'readNode',
]

/** Breaks what failovers are about and what they rely on, by the seed; heals all of it. */
export class FailoverNemesis {
  readonly history: string[] = []
  /** Nodes that it has struck, with the time at which the fault was over. */
  readonly touched = new Map<string, number>()

  #healings = 0

  constructor(
    private readonly world: SimWorld,
    private readonly groups: Groups,
    /** How long its faults last at most. */
    private readonly lastsMs = FAULT_MAX_MS,
  ) {}

  maybeStrike(probability: number): void {
    const { dice } = this.world
    if (!dice.chance(probability)) return
    const group = dice.pick(this.groups.known)
    if (group === undefined) return
    this.strike(group)
    if (dice.chance(0.3)) this.later(() => this.strikeWorker(), 1_500)
    if (dice.chance(0.3)) this.loseSomeCalls()
  }

  /** Something happens to this group, to a zone or to a worker. */
  strike(group: Group): void {
    const strike = this.world.dice.pick(this.#strikes)
    if (strike === undefined) return
    this.note(`${strike.name} ${group.group.replicationGroupId}`)
    strike.call(this, group)
  }

  note(what: string): void {
    this.history.push(`${this.world.clock.monotonicMs()} ${what}`)
  }

  /** Ends every fault, those that were still to come included. */
  heal(): void {
    const { fake, workers, turnstile } = this.world
    this.#healings++
    for (const { engineId } of fake.world()) fake.setEngine(engineId, 'up')
    fake.faults.clear()
    for (const { nodes } of this.groups.known) for (const { id } of nodes) this.#mend(id)
    for (const { actor } of workers) turnstile.thaw(actor)
    this.world.staff()
  }

  readonly #strikes: readonly ((group: Group) => void)[] = [
    this.strikePrimary,
    this.strikePrimary,
    this.strikePrimary,
    this.strikeReplica,
    this.strikePair,
    this.strikePair,
    this.loseZone,
    this.killEdge,
    this.strikeWorker,
    this.delayCalls,
  ]

  strikePrimary({ shard }: Group): void {
    this.#strike(shard.primaryNodeId)
  }

  /** For a moment. */
  freezeReplicas({ shard, nodes }: Group): void {
    for (const { id } of nodes) if (id !== shard.primaryNodeId) this.#strike(id, 'pause')
  }

  private strikeReplica({ shard, nodes }: Group): void {
    const replica = this.world.dice.pick(nodes.filter(({ id }) => id !== shard.primaryNodeId))
    if (replica !== undefined) this.#strike(replica.id)
  }

  /** The primary and the replica that is furthest along, or any two. */
  private strikePair({ shard, nodes }: Group): void {
    const { dice } = this.world
    const replicas = nodes.filter(({ id }) => id !== shard.primaryNodeId)
    const lengthOf = (node: (typeof nodes)[number]) => this.groups.processOf(node)?.writes.length ?? 0
    const [best] = [...replicas].sort((a, b) => lengthOf(b) - lengthOf(a))
    const second = dice.chance(0.5) ? best : dice.pick(replicas)
    this.#strike(shard.primaryNodeId)
    if (second !== undefined) this.later(() => this.#strike(second.id), 400)
  }

  /** A host loses its network or its power; what ran there may be there when it is back, or not. */
  private loseZone(): void {
    const { dice, fake, clock } = this.world
    const engine = dice.pick(fake.world())
    if (engine === undefined) return
    const isPower = dice.chance(0.6)
    const nodeIds = engine.containers.flatMap(({ process }) => (process === null ? [] : [process.nodeId]))
    const edgeIds = engine.containers.flatMap(({ edge }) => (edge === null ? [] : [edge.edgeId]))
    fake.setEngine(engine.engineId, 'dark')
    if (isPower) for (const id of [...nodeIds, ...edgeIds]) fake.kill(id)
    const endsMs = 1_000 + dice.below(this.lastsMs)
    for (const id of nodeIds) this.touched.set(id, clock.monotonicMs() + endsMs)
    void clock.sleep(endsMs).then(() => fake.setEngine(engine.engineId, 'up'))
  }

  killEdge({ shard }: Group): void {
    this.world.fake.kill(shard.endpoint?.edgeId ?? '')
  }

  strikeWorker(): void {
    const { dice, turnstile, clock } = this.world
    const victim = dice.pick(this.world.alive())
    if (victim === undefined) return
    if (dice.chance(0.5)) {
      turnstile.kill(victim.actor)
      void clock.sleep(dice.below(3_000)).then(() => this.world.staff())
      return
    }
    victim.actor.state = 'frozen'
    void clock.sleep(1_000 + dice.below(this.lastsMs)).then(() => turnstile.thaw(victim.actor))
  }

  private delayCalls(): void {
    const { fake } = this.world
    fake.faults.rates = { lostBefore: 0.08, lostAfter: 0.08, delayed: 0.3, maxDelayMs: 1_000 }
    this.later(() => void (fake.faults.rates = NO_FAULTS))
  }

  loseSomeCalls(): void {
    const { dice, fake } = this.world
    const name = dice.pick(CALLS) ?? 'promoteNode'
    fake.faults.order(
      name,
      dice.chance(0.7) ? { lost: dice.chance(0.7) ? 'after' : 'before' } : { delayMs: 2_500 },
    )
    this.note(`loses ${name}`)
  }

  #strike(nodeId: string, how = this.world.dice.pick(HARMS) ?? 'kill'): void {
    const { dice, fake, clock } = this.world
    this.note(`${how} ${nodeId}`)
    const endsMs = 100 + dice.below(this.lastsMs)
    const isPassing = how === 'pause' || how === 'cutOff'
    this.touched.set(nodeId, clock.monotonicMs() + (isPassing ? endsMs : 0))
    if (how === 'kill') fake.kill(nodeId)
    if (how === 'remove') fake.removeContainer(nodeId)
    if (how === 'restart') fake.restart(nodeId)
    if (how === 'pause') fake.pause(nodeId)
    if (how === 'cutOff') fake.attach(nodeId, false)
    if (isPassing) void clock.sleep(endsMs).then(() => this.#mend(nodeId))
  }

  #mend(nodeId: string): void {
    this.world.fake.resume(nodeId)
    this.world.fake.attach(nodeId, true)
  }

  later(act: () => void, withinMs = this.lastsMs): void {
    const before = this.#healings
    void this.world.clock.sleep(1 + this.world.dice.below(withinMs)).then(() => {
      if (this.#healings === before) act()
    })
  }
}
