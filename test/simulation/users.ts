import { ServiceError, type Accepted } from '@cacheplane/domain'
import { ACCOUNT, aClusterPlan, aGroupPlan } from '../support/stores.ts'
import type { SimWorld } from './sim-world.ts'

const NAMES = ['sessions', 'pages', 'queue', 'users', 'search']

export interface Intention {
  kind: 'replication-group' | 'cache-cluster'
  name: string
  resourceId: string
  deletedAtMs: number | null
}

/** Users who create and delete a handful of caches at random, and remember what they were promised. */
export class Users {
  readonly accepted: Intention[] = []
  readonly refusals = new Map<string, number>()

  constructor(private readonly world: SimWorld) {}

  async maybeAct(probability: number): Promise<void> {
    const { dice } = this.world
    if (!dice.chance(probability)) return
    const name = dice.pick(NAMES) ?? 'sessions'
    const kind = dice.chance(0.7) ? 'replication-group' : 'cache-cluster'
    await (dice.chance(0.55) ? this.#create(kind, name) : this.#delete(kind, name)).catch(
      (error: unknown) => {
        if (!(error instanceof ServiceError)) throw error
        this.refusals.set(error.code, (this.refusals.get(error.code) ?? 0) + 1)
      },
    )
  }

  async #create(kind: Intention['kind'], name: string): Promise<void> {
    const { store } = this.world.test
    const accepted =
      kind === 'replication-group'
        ? await store.createReplicationGroup(aGroupPlan({ replicationGroupId: name }))
        : await store.createCacheCluster(aClusterPlan({ cacheClusterId: name }))
    this.accepted.push({ kind, name, resourceId: accepted.resourceId, deletedAtMs: null })
    this.#ring(accepted)
  }

  async #delete(kind: Intention['kind'], name: string): Promise<void> {
    const { store } = this.world.test
    const accepted =
      kind === 'replication-group'
        ? await store.deleteReplicationGroup(ACCOUNT, name)
        : await store.deleteCacheCluster(ACCOUNT, name)
    const intention = this.accepted.find((one) => one.resourceId === accepted.resourceId)
    if (intention !== undefined) intention.deletedAtMs = this.world.clock.monotonicMs()
    this.#ring(accepted)
  }

  /** An API process that dies right after its commit never rings. */
  #ring({ workflowId }: Accepted): void {
    if (!this.world.dice.chance(0.2)) void this.world.doorbell.ring(workflowId)
  }
}
