import {
  cacheClusterStatus,
  replicationGroupStatus,
  seconds,
  type Accepted,
  type ReplicationGroup,
} from '@cacheplane/domain'
import { ACCOUNT, aClusterOf, aClusterPlan, aGroupPlan } from '../support/stores.ts'
import { ENGINE_ID, type SimWorld } from './sim-world.ts'

const IMAGES = ['valkey-8.1', 'memcached-1.6.38']
const TAKEN_PORT = 6379
const RESHARDED_MS = seconds(40)

/** What a cache goes through between its creation and its deletion. */
export type Trouble =
  | 'none'
  | 'fails'
  | 'has-no-port'
  | 'loses-node'
  | 'fails-over'
  | 'waits-for-heirs'
  | 'recovers'
  | 'switches'
  | 'gives-up-switch'
  | 'loses-edge'
  | 'loses-zone'
  | 'loses-shard'
  | 'reshards'

/** The life of one cache in a simulated world, as its users and its luck have it. */
export class Life {
  constructor(
    private readonly world: SimWorld,
    private readonly kind: 'replication-group' | 'cache-cluster',
    private readonly name: string,
    private readonly trouble: Trouble,
  ) {}

  async begin(): Promise<void> {
    const { store } = this.world.test
    if (this.trouble === 'fails') for (const image of IMAGES) this.world.fake.loseImage(ENGINE_ID, image)
    const port = this.trouble === 'has-no-port' ? TAKEN_PORT : null
    if (port !== null) this.world.fake.occupyPort(ENGINE_ID, port)
    const automaticFailoverEnabled = ['fails-over', 'waits-for-heirs', 'loses-zone'].includes(this.trouble)
    const zones = this.#isSmall() ? [null] : [null, null, null]
    const inCluster = this.trouble === 'loses-shard' || this.trouble === 'reshards' ? aClusterOf(2, 2) : {}
    await this.#ring(
      this.kind === 'cache-cluster'
        ? await store.createCacheCluster(aClusterPlan({ cacheClusterId: this.name }))
        : await store.createReplicationGroup(
            aGroupPlan({
              replicationGroupId: this.name,
              automaticFailoverEnabled,
              zones,
              port,
              ...inCluster,
            }),
          ),
    )
  }

  /** Has its trouble. */
  async suffer(): Promise<void> {
    const { fake } = this.world
    fake.world()[0]?.missingImages.clear()
    switch (this.trouble) {
      case 'none':
      case 'fails':
      case 'has-no-port':
        return
      case 'loses-node':
      case 'fails-over':
      case 'recovers':
      case 'loses-shard':
        fake.kill(await this.#primaryId())
        return
      case 'waits-for-heirs':
        return this.#loseAllForAWhile()
      case 'loses-edge':
        fake.kill(await this.#edgeId())
        return
      case 'loses-zone':
        return this.#loseZoneForAWhile()
      case 'reshards':
        return this.#reshard()
      case 'gives-up-switch':
        fake.faults.order('readEdge', { lost: 'before' })
        return this.#switch()
      case 'switches':
        return this.#switch()
    }
  }

  async end(): Promise<void> {
    const { store } = this.world.test
    await this.#ring(
      this.kind === 'cache-cluster'
        ? await store.deleteCacheCluster(ACCOUNT, this.name)
        : await store.deleteReplicationGroup(ACCOUNT, this.name),
    )
  }

  async status(): Promise<string> {
    if (this.kind === 'cache-cluster') {
      const cluster = await this.world.test.store.findCacheCluster(ACCOUNT, this.name)
      return cluster === null ? 'gone' : cacheClusterStatus(cluster)
    }
    const group = await this.world.test.store.findReplicationGroup(ACCOUNT, this.name)
    return group === null ? 'gone' : replicationGroupStatus(group)
  }

  #isSmall(): boolean {
    return ['none', 'fails', 'has-no-port', 'loses-node', 'loses-edge'].includes(this.trouble)
  }

  /** The primary for good, its replicas for two seconds. */
  async #loseAllForAWhile(): Promise<void> {
    const { fake, clock } = this.world
    const { members, primaryNodeId } = await this.#shard()
    const replicas = members.flatMap(({ nodes }) => nodes).filter(({ id }) => id !== primaryNodeId)
    for (const { id } of replicas) fake.pause(id)
    fake.kill(primaryNodeId)
    void clock.sleep(seconds(2)).then(() => replicas.forEach(({ id }) => fake.resume(id)))
  }

  async #loseZoneForAWhile(): Promise<void> {
    const { world } = this
    const { members, primaryNodeId } = await this.#shard()
    const zone = members.flatMap(({ nodes }) => nodes).find(({ id }) => id === primaryNodeId)?.zone ?? ''
    await this.#ring(await world.test.store.beginOutage(ACCOUNT, zone, 'freeze'))
    world.later(seconds(5), async () => this.#ring(await world.test.store.endOutage(zone)))
  }

  async #switch(): Promise<void> {
    const { store } = this.world.test
    const primaryClusterId = `${this.name}-002`
    await this.#ring(await store.modifyReplicationGroup(ACCOUNT, this.name, { primaryClusterId }))
  }

  /** One shard comes, and all but one go, while the primary of the first is lost. */
  async #reshard(): Promise<void> {
    const { world } = this
    const wish = (nodeGroupCount: number, retain: string[]) =>
      world.test.store.changeShards(ACCOUNT, this.name, { nodeGroupCount, added: [], remove: [], retain })
    await this.#ring(await wish(3, []))
    const lost = await this.#primaryId()
    world.later(seconds(1), async () => {
      world.fake.kill(lost)
      await Promise.resolve()
    })
    await world.run(RESHARDED_MS)
    await this.#ring(await wish(1, ['0002']))
    await world.run(RESHARDED_MS)
  }

  async #primaryId(): Promise<string> {
    if (this.kind === 'replication-group') return (await this.#shard()).primaryNodeId
    const cluster = await this.world.test.store.findCacheCluster(ACCOUNT, this.name)
    return cluster?.nodes[0]?.id ?? ''
  }

  async #edgeId(): Promise<string> {
    const group = await this.world.test.store.findReplicationGroup(ACCOUNT, this.name)
    return (group?.configurationEndpoint ?? group?.nodeGroups[0]?.endpoint)?.edgeId ?? ''
  }

  async #shard(): Promise<ReplicationGroup['nodeGroups'][number]> {
    const group = await this.world.test.store.findReplicationGroup(ACCOUNT, this.name)
    const [shard] = group?.nodeGroups ?? []
    if (shard === undefined) throw new Error(`${this.name} has no node group`)
    return shard
  }

  #ring({ workflowId }: Accepted): Promise<void> {
    return this.world.doorbell.ring(workflowId)
  }
}
