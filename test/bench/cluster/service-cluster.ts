import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { RespTarget } from '../../support/resp-client.ts'
import type { SecondInstallation } from '../../support/second-installation.ts'

const Described = z.object({
  status: z.string(),
  pendingModifiedValues: z.object({
    resharding: z.object({ slotMigration: z.object({ progressPercentage: z.number() }) }).optional(),
  }),
  configurationEndpoint: z.object({ address: z.string(), port: z.number() }),
})
const LOOK_EVERY_MS = 100
const PATIENCE_MS = 600_000

/** A cluster of the service, made and changed through its API. */
export class ServiceCluster {
  #name: string | null = null
  #seeds: RespTarget[] = []

  constructor(private readonly installation: SecondInstallation) {}

  /** Answered when the service says that it is available. */
  async start(shards: number, replicas: number): Promise<void> {
    this.#name = `bench-${randomBytes(4).toString('hex')}`
    const { status, body } = await this.installation.request('POST', '/v1/replication-groups', {
      replicationGroupId: this.#name,
      description: 'made by the bench',
      engine: 'valkey',
      engineVersion: '8.1',
      cacheNodeType: 'cache.t4g.micro',
      clusterMode: 'enabled',
      numNodeGroups: shards,
      replicasPerNodeGroup: replicas,
    })
    if (status !== 200) throw new Error(`no cluster was made: ${status} ${JSON.stringify(body)}`)
    const { address: host, port } = Described.parse(body).configurationEndpoint
    this.#seeds = [{ host, port }]
  }

  get seeds(): RespTarget[] {
    return this.#seeds
  }

  /** Returns when its slots began to move and when it was available again. */
  async reshardTo(nodeGroupCount: number): Promise<[number, number]> {
    const change = { nodeGroupCount, applyImmediately: true }
    const path = `${this.#path}/shard-configuration`
    const { status, body } = await this.installation.request('POST', path, change, '')
    if (status !== 202) throw new Error(`no resharding: ${status} ${JSON.stringify(body)}`)
    const deadline = performance.now() + PATIENCE_MS
    let begunMs: number | null = null
    for (;;) {
      const { status, pendingModifiedValues } = await this.#describe()
      const percent = pendingModifiedValues.resharding?.slotMigration.progressPercentage ?? 0
      if (percent > 0) begunMs ??= performance.now()
      if (status === 'available') return [begunMs ?? NaN, performance.now()]
      if (performance.now() > deadline) throw new Error(`${this.#path} is not resharded`)
      await sleep(LOOK_EVERY_MS)
    }
  }

  async remove(): Promise<void> {
    if (this.#name === null) return
    const answer = await this.installation.request('DELETE', this.#path)
    if (answer.status !== 204) throw new Error(`a cluster was not removed: ${JSON.stringify(answer)}`)
    this.#name = null
  }

  async #describe(): Promise<z.infer<typeof Described>> {
    return Described.parse((await this.installation.request('GET', this.#path, undefined, '')).body)
  }

  get #path(): string {
    if (this.#name === null) throw new Error('there is no cluster')
    return `/v1/replication-groups/${this.#name}`
  }
}
