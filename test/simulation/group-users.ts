import { ServiceError, type Accepted } from '@cacheplane/domain'
import { ACCOUNT, aGroupPlan } from '../support/stores.ts'
import type { Group, Groups } from './groups.ts'
import type { SimWorld } from './sim-world.ts'

const NAMES = ['sessions', 'pages']
const NODES_MAX = 4
/** Something is left to upgrade to. */
const OLDER = { engine: 'redis', engineVersion: '7.0', cacheParameterGroupName: 'default.redis7' } as const
const SIZES = ['cache.t4g.micro', 'cache.t4g.small'] as const

/** Users who create replication groups of every size, and change and delete them at random. */
export class GroupUsers {
  /** Names that should exist, and under which id. */
  readonly wanted = new Map<string, string>()
  created = 0
  readonly done = new Map<string, number>()

  constructor(
    private readonly world: SimWorld,
    private readonly groups: Groups,
  ) {}

  async maybeAct(probability: number): Promise<void> {
    const { dice } = this.world
    if (!dice.chance(probability)) return
    const missing = NAMES.filter((name) => !this.wanted.has(name))
    const group = dice.pick(this.groups.known)
    const [name] = missing
    if (name !== undefined && (group === undefined || dice.chance(0.3))) return this.create(name)
    if (group !== undefined) await this.#tolerant(() => this.#change(group))
  }

  /** A user who loses primaries on purpose, again and again. */
  async maybeTest(probability: number): Promise<void> {
    const { dice } = this.world
    const chosen = dice.chance(probability) ? dice.pick(this.groups.known) : undefined
    if (chosen === undefined) return
    await this.test(chosen)
  }

  async test({ group, shard }: Group): Promise<void> {
    const { store } = this.world.test
    await this.#tolerant(() => store.testFailover(ACCOUNT, group.replicationGroupId, shard.nodeGroupId))
  }

  /** A user who chooses another primary. */
  async switch(chosen: Group): Promise<void> {
    await this.#tolerant(() => this.#switch(chosen))
  }

  async create(name: string): Promise<void> {
    const { dice } = this.world
    const nodes = 1 + dice.below(NODES_MAX)
    await this.build(name, { nodes, automaticFailoverEnabled: nodes > 1 && dice.chance(0.75) })
  }

  async build(
    name: string,
    { nodes, automaticFailoverEnabled }: { nodes: number; automaticFailoverEnabled: boolean },
  ): Promise<void> {
    const { dice } = this.world
    await this.#tolerant(async () => {
      const accepted = await this.world.test.store.createReplicationGroup(
        aGroupPlan({
          replicationGroupId: name,
          ...(dice.chance(0.5) ? OLDER : {}),
          automaticFailoverEnabled,
          multiAZEnabled: automaticFailoverEnabled && dice.chance(0.5),
          zones: Array.from({ length: nodes }, () => null),
        }),
      )
      this.wanted.set(name, accepted.resourceId)
      this.created++
      return accepted
    })
  }

  async #change({ group, shard, nodes }: Group): Promise<Accepted> {
    const { dice, test } = this.world
    const { replicationGroupId: id } = group
    const replicas = nodes.length - 1
    const chance = dice.next()
    if (chance < 0.06) {
      this.wanted.delete(id)
      return this.#count('delete', await test.store.deleteReplicationGroup(ACCOUNT, id))
    }
    if (chance < 0.25) {
      const newReplicaCount = Math.min(NODES_MAX, replicas + 1)
      const increase = [{ nodeGroupId: null, newReplicaCount, zones: null }]
      return this.#count('increase', await test.store.increaseReplicaCount(ACCOUNT, id, increase))
    }
    if (chance < 0.4) {
      const shards = [{ nodeGroupId: null, newReplicaCount: Math.max(0, replicas - 1) }]
      const decrease = { shards, replicasToRemove: [] }
      return this.#count('decrease', await test.store.decreaseReplicaCount(ACCOUNT, id, decrease))
    }
    if (chance < 0.6) {
      return this.#count('test', await test.store.testFailover(ACCOUNT, id, shard.nodeGroupId))
    }
    if (chance < 0.7 && !group.automaticFailoverEnabled) {
      const guarded = { automaticFailoverEnabled: true }
      return this.#count('guard', await test.store.modifyReplicationGroup(ACCOUNT, id, guarded))
    }
    if (chance < 0.8) {
      const cacheNodeType = group.cacheNodeType === SIZES[0] ? SIZES[1] : SIZES[0]
      const isOld = group.engine === 'redis' && group.engineVersion === '7.0'
      const choice = isOld && dice.chance(0.7) ? { engineVersion: '8.0' } : { cacheNodeType }
      const rolled = { choice, deferred: false }
      return this.#count('roll', await test.store.modifyReplicationGroup(ACCOUNT, id, rolled))
    }
    return this.#switch({ group, shard })
  }

  async #switch({
    group: { replicationGroupId: id },
    shard,
  }: Pick<Group, 'group' | 'shard'>): Promise<Accepted> {
    const { dice, test } = this.world
    const others = shard.members.filter((member) => member.nodes[0]?.id !== shard.primaryNodeId)
    const primaryClusterId = dice.pick(others)?.cacheClusterId ?? `${id}-001`
    // A primary can be chosen only while nothing else chooses it.
    const byHand = { automaticFailoverEnabled: false, multiAZEnabled: false, primaryClusterId }
    return this.#count('switch', await test.store.modifyReplicationGroup(ACCOUNT, id, byHand))
  }

  #count(what: string, accepted: Accepted): Accepted {
    this.done.set(what, (this.done.get(what) ?? 0) + 1)
    return accepted
  }

  async #tolerant(act: () => Promise<Accepted>): Promise<void> {
    try {
      const { workflowId } = await act()
      if (!this.world.dice.chance(0.2)) void this.world.doorbell.ring(workflowId)
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
    }
  }
}
