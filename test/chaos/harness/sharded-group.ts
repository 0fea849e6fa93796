import { Cluster } from 'ioredis'
import { z } from 'zod'
import { parseClusterNodes } from '../../../packages/fleet/src/control/parse-cluster-nodes.ts'
import { SLOTS, slotsIn } from '@cacheplane/domain'
import { docker } from '../../support/docker.ts'
import { DEADLINES } from '../deadlines.ts'
import type { Customer } from './customer.ts'
import type { Service } from './service.ts'
import { waitFor } from './wait-for.ts'

const Described = z.object({
  status: z.string(),
  pendingModifiedValues: z.object({
    resharding: z.object({ slotMigration: z.object({ progressPercentage: z.number() }) }).optional(),
  }),
  configurationEndpoint: z.object({ address: z.string(), port: z.number() }),
  nodeGroups: z.array(
    z.object({
      nodeGroupId: z.string(),
      slots: z.string().default(''),
      nodeGroupMembers: z.array(z.object({ cacheClusterId: z.string() })),
    }),
  ),
})
type Group = z.infer<typeof Described>

export interface ShardedWish {
  name: string
  shards: number
  replicas: number
}

/** A group with cluster mode, TLS and a token, as its customers have it. */
export class ShardedGroup {
  private constructor(
    readonly name: string,
    private readonly service: Service,
    private readonly customer: Customer,
    private readonly ca: string,
  ) {}

  static create(service: Service, customer: Customer, wish: ShardedWish): Promise<ShardedGroup> {
    return ShardedGroup.ask(service, customer, wish.name, {
      engine: 'valkey',
      cacheNodeType: 'cache.t4g.micro',
      clusterMode: 'enabled',
      numNodeGroups: wish.shards,
      replicasPerNodeGroup: wish.replicas,
    })
  }

  /** With whatever makes it one with cluster mode. */
  static async ask(service: Service, customer: Customer, name: string, wish: object): Promise<ShardedGroup> {
    const { status, body } = await customer.ask('POST', '/v1/replication-groups', {
      replicationGroupId: name,
      description: 'sharded',
      ...wish,
      transitEncryptionEnabled: true,
      authToken: customer.canary,
    })
    if (status !== 202) throw new Error(body)
    const ca = (await customer.ask('GET', '/v1/ca-certificate')).body
    const group = new ShardedGroup(name, service, customer, ca)
    await group.becomes('available')
    return group
  }

  get path(): string {
    return `/v1/replication-groups/${this.name}`
  }

  async describe(): Promise<Group> {
    return Described.parse(JSON.parse((await this.customer.ask('GET', this.path)).body))
  }

  /** Of the slots that are on their way, in percent; null when none are. */
  async progress(): Promise<number | null> {
    const { resharding } = (await this.describe()).pendingModifiedValues
    return resharding?.slotMigration.progressPercentage ?? null
  }

  async becomes(wanted: string, withinMs: number = DEADLINES.settled): Promise<void> {
    const cache = { kind: 'replication-group', name: this.name } as const
    const look = () => this.customer.status(cache)
    await waitFor(`${this.name} to be ${wanted}`, look, (seen) => seen === wanted, withinMs)
  }

  /** A cluster client that starts at the configuration endpoint. */
  async connect(password = this.customer.canary, isPatient = true): Promise<Cluster> {
    const { address, port } = (await this.describe()).configurationEndpoint
    const client = new Cluster([{ host: address, port }], {
      slotsRefreshInterval: 500,
      ...(isPatient ? {} : { clusterRetryStrategy: () => null }),
      redisOptions: { password, tls: { ca: this.ca } },
    })
    client.on('error', () => undefined)
    return client
  }

  /** CacheClusterIds of a shard's members, its primary first. */
  async membersOf(nodeGroupId: string): Promise<string[]> {
    const { nodeGroups } = await this.describe()
    const members = nodeGroups.find((one) => one.nodeGroupId === nodeGroupId)?.nodeGroupMembers ?? []
    const group = await this.service.installation.store.findReplicationGroup('000000000000', this.name)
    const shard = group?.nodeGroups.find((one) => one.nodeGroupId === nodeGroupId)
    const isPrimary = (id: string) =>
      shard?.members.some((one) => one.cacheClusterId === id && one.nodes[0]?.id === shard.primaryNodeId)
    return members
      .map(({ cacheClusterId }) => cacheClusterId)
      .sort((a, b) => Number(isPrimary(b)) - Number(isPrimary(a)))
  }

  async containerOf(cacheClusterId: string): Promise<string> {
    const label = [`dev.cacheplane.installation=${this.service.installation.config.CACHEPLANE_INSTALLATION}`]
    const name = [`cacheplane-${cacheClusterId}-0001-`]
    const [found] = await docker.listContainers({ filters: { label, name } })
    if (found === undefined) throw new Error(`${cacheClusterId} has no container`)
    return found.Id
  }

  /** S13: who does not see each slot with exactly one owner, or somebody who is no member. */
  async disagreements(): Promise<string[]> {
    const client = await this.connect()
    try {
      await client.ping()
      const members = (await this.describe()).nodeGroups.flatMap(({ nodeGroupMembers }) => nodeGroupMembers)
      const texts = await Promise.all(
        client.nodes('all').map((node) => node.cluster('NODES').catch((error: unknown) => String(error))),
      )
      const views = texts.map((text) => parseClusterNodes(String(text), new Set()))
      const wrong = views.filter((view) => {
        const owned = (view?.peers ?? []).flatMap(({ slots }) => slotsIn(slots))
        const isComplete = owned.length === SLOTS && new Set(owned).size === SLOTS
        return !isComplete || view?.peers.length !== members.length
      })
      if (texts.length !== members.length) return [`${texts.length} of ${members.length} nodes are known`]
      return wrong.map((view) => `S13: ${view?.id} sees ${JSON.stringify(view?.peers)}`)
    } finally {
      client.disconnect()
    }
  }
}
