import {
  choiceOf,
  replicationGroupStatus,
  seconds,
  type GroupChange,
  type PendingChange,
  type ReplicationGroup,
  type ReplicationGroupPlan,
} from '@cacheplane/domain'
import { writeTo } from '@cacheplane/fleet/fake'
import { ACCOUNT, aGroupPlan } from '../support/stores.ts'
import { Groups } from './groups.ts'
import type { SimWorld } from './sim-world.ts'

const WRITES = 20

export interface RollingState {
  status: string
  pending: PendingChange | null
  types: string[]
  versions: string[]
  /** Every member has all that was written. */
  kept: boolean
}

/** One Redis group in a simulated world that is changed node by node, with a client that writes to it. */
export class RollingLife {
  /** Open nodes with every acknowledged write, as few as there were at any moment since the change began. */
  fewestCopies = Infinity
  readonly #groups: Groups
  readonly #acknowledged: string[] = []
  #written = 0
  #endpoint = { engineId: '', primaryPort: 0 }

  constructor(
    private readonly world: SimWorld,
    readonly name: string,
    private readonly nodes: number,
    private readonly over: Partial<ReplicationGroupPlan> = {},
  ) {
    this.#groups = new Groups(world)
  }

  async begin(): Promise<void> {
    const { workflowId } = await this.world.test.store.createReplicationGroup(
      aGroupPlan({
        replicationGroupId: this.name,
        engine: 'redis',
        engineVersion: '7.0',
        cacheParameterGroupName: 'default.redis7',
        automaticFailoverEnabled: this.nodes > 1,
        zones: Array.from({ length: this.nodes }, () => null),
        ...this.over,
      }),
    )
    await this.world.doorbell.ring(workflowId)
    await this.world.run(seconds(5))
    this.#endpoint = this.#shard(await this.group()).endpoint ?? this.#endpoint
    for (let i = 0; i < WRITES; i++) this.write()
    await this.world.run(seconds(1))
  }

  async change(change: GroupChange): Promise<void> {
    const { workflowId } = await this.world.test.store.modifyReplicationGroup(ACCOUNT, this.name, change)
    await this.world.doorbell.ring(workflowId)
  }

  /** Through the endpoint, as a client does. */
  write(): void {
    const { fake, clock } = this.world
    const { engineId, primaryPort } = this.#endpoint
    const process = fake.connect(engineId, primaryPort)?.process() ?? null
    const container = process === null ? undefined : this.#groups.containerOf(process)
    if (container === undefined) return
    fake.replicate()
    const value = `${this.name}-${++this.#written}`
    if (writeTo(container, value, clock.monotonicMs()) === 'acknowledged') this.#acknowledged.push(value)
  }

  /** Lets the world run until the change is over, one way or the other; half a minute at most. */
  async settle(between: () => void | Promise<void> = () => this.watch()): Promise<RollingState> {
    for (let i = 0; i < 30; i++) {
      await this.world.run(seconds(1), between)
      const { pending, ...group } = await this.group()
      const isOver = pending === null || pending.state === 'stopped'
      if (isOver && replicationGroupStatus({ pending, ...group }) === 'available') break
    }
    return this.state()
  }

  /** Of the primary, and of a replica where there is one. */
  async nodeIds(): Promise<{ primary: string; replica: string; successor: string | null }> {
    const shard = this.#shard(await this.group())
    const nodes = shard.members.flatMap((member) => member.nodes)
    const replica = nodes.find(({ id, replaces }) => id !== shard.primaryNodeId && replaces === null)
    const successor = nodes.find(({ replaces }) => replaces !== null)
    return { primary: shard.primaryNodeId, replica: replica?.id ?? '', successor: successor?.id ?? null }
  }

  async state(): Promise<RollingState> {
    // More than any lag.
    await this.world.run(seconds(0.5))
    return this.peek()
  }

  /** As the rows say it at this moment. */
  async peek(): Promise<RollingState> {
    const group = await this.group()
    const nodes = this.#shard(group).members.flatMap((cluster) =>
      cluster.nodes.map((node) => ({ node, choice: choiceOf({ node, cluster }) })),
    )
    this.world.fake.replicate()
    const holds = nodes.map(({ node }) => {
      const values = new Set(this.#groups.processOf(node)?.writes.map(({ value }) => value))
      return this.#acknowledged.length >= WRITES && this.#acknowledged.every((value) => values.has(value))
    })
    return {
      status: replicationGroupStatus(group),
      pending: group.pending,
      types: nodes.map(({ choice }) => choice.cacheNodeType),
      versions: nodes.map(({ choice }) => `${choice.engine} ${choice.engineVersion}`),
      kept: holds.every((one) => one),
    }
  }

  async end(): Promise<void> {
    const { workflowId } = await this.world.test.store.deleteReplicationGroup(ACCOUNT, this.name)
    await this.world.doorbell.ring(workflowId)
    await this.world.run(seconds(10))
  }

  async group(): Promise<ReplicationGroup> {
    const group = await this.world.test.store.findReplicationGroup(ACCOUNT, this.name)
    if (group === null) throw new Error(`${this.name} is gone`)
    return group
  }

  /** To be called between any two moves of the world: writes now and then, and counts. */
  watch(): void {
    if (this.world.dice.chance(0.1)) this.write()
    this.world.fake.replicate()
    const prefix = `${this.name}-`
    const holding = this.world.fake
      .world()
      .flatMap(({ containers }) => containers)
      .filter(({ state, process }) => {
        const mine = process?.writes.filter(({ value }) => value.startsWith(prefix)) ?? []
        return state === 'running' && mine.length >= WRITES
      })
    this.fewestCopies = Math.min(this.fewestCopies, holding.length)
  }

  #shard(group: ReplicationGroup): ReplicationGroup['nodeGroups'][number] {
    const [shard] = group.nodeGroups
    if (shard === undefined) throw new Error(`${this.name} has no node group`)
    return shard
  }
}
