import { setTimeout as sleep } from 'node:timers/promises'
import type { SecondInstallation } from '../../support/second-installation.ts'
import { untilPong } from '../until-pong.ts'

const LOOK_EVERY_MS = 20
const WITHIN_MS = 600_000
const RUNS = { engine: 'valkey', engineVersion: '8.1' }

interface Described {
  status?: string
  snapshotStatus?: string
  nodeGroups?: { primaryEndpoint?: { port: number } }[]
}

/** Groups of the service that snapshots are taken of, and that are made from them. */
export class SnapshottedGroups {
  #count = 0

  constructor(
    readonly installation: SecondInstallation,
    private readonly cacheNodeType: string,
  ) {}

  /** Returns the name of the new group and the port of its primary endpoint. */
  async create(more: object = {}): Promise<{ name: string; port: number }> {
    const name = `bench-${++this.#count}`
    await this.#ask('POST', '/v1/replication-groups', this.#wish(name, more))
    return { name, port: await this.#portOf(name) }
  }

  /** Milliseconds until the snapshot is available. */
  async snapshot(group: string, snapshotName: string): Promise<number> {
    const begun = performance.now()
    await this.#ask('POST', '/v1/snapshots', { snapshotName, replicationGroupId: group })
    await this.#until(`/v1/snapshots/${snapshotName}`, ({ snapshotStatus }) => snapshotStatus)
    return performance.now() - begun
  }

  /** Milliseconds until the primary endpoint of a group made from the snapshot answers PONG. */
  async restore(snapshotName: string): Promise<{ name: string; port: number; ms: number }> {
    const name = `bench-${++this.#count}`
    const begun = performance.now()
    await this.#ask('POST', '/v1/replication-groups', this.#wish(name, { snapshotName }))
    const port = await this.#portOf(name)
    await untilPong(port)
    return { name, port, ms: performance.now() - begun }
  }

  async remove(name: string): Promise<void> {
    await this.installation.request('DELETE', `/v1/replication-groups/${name}`)
  }

  #wish(replicationGroupId: string, more: object): object {
    const { cacheNodeType } = this
    return { replicationGroupId, description: 'made by the bench', ...RUNS, cacheNodeType, ...more }
  }

  async #ask(method: string, path: string, body?: object): Promise<Described> {
    const answer = await this.installation.request(method, path, body, '')
    if (answer.status > 299) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`)
    return answer.body
  }

  /** Of a group that is being made, once it is available: nobody is told sooner. */
  async #portOf(name: string): Promise<number> {
    const { nodeGroups } = await this.#until(`/v1/replication-groups/${name}`, ({ status }) => status)
    const port = nodeGroups?.[0]?.primaryEndpoint?.port
    if (port === undefined) throw new Error(`${name} has no endpoint`)
    return port
  }

  async #until(path: string, statusOf: (body: Described) => string | undefined): Promise<Described> {
    const deadline = performance.now() + WITHIN_MS
    for (;;) {
      const body = await this.#ask('GET', path)
      const status = statusOf(body)
      if (status === 'available' || status === 'restoring') return body
      if (status !== 'creating' || performance.now() > deadline)
        throw new Error(`${path} is ${status} and not available`)
      await sleep(LOOK_EVERY_MS)
    }
  }
}
