import type { SecondInstallation } from '../support/second-installation.ts'
import { untilCalm } from './until-calm.ts'
import { untilPong } from './until-pong.ts'

interface Created {
  nodeGroups?: { primaryEndpoint?: { port: number } }[]
}

/** Caches of the service, made through its API. */
export class ServiceCaches {
  readonly #names: string[] = []
  #count = 0

  constructor(private readonly installation: SecondInstallation) {}

  /** POST of a group until PONG at the endpoint that it answered with, in milliseconds. */
  async start(): Promise<number> {
    const begun = performance.now()
    await untilPong(await this.create())
    return performance.now() - begun
  }

  /** Returns the port of the new group's primary endpoint. */
  async create(): Promise<number> {
    const replicationGroupId = `bench-${++this.#count}`
    this.#names.push(replicationGroupId)
    const { status, body } = await this.installation.request('POST', '/v1/replication-groups', {
      replicationGroupId,
      description: 'made by the bench',
      engine: 'valkey',
      engineVersion: '8.1',
      cacheNodeType: 'cache.t4g.micro',
    })
    const port = (body as Created).nodeGroups?.[0]?.primaryEndpoint?.port
    if (status !== 200 || port === undefined) {
      throw new Error(`no cache was made: ${status} ${JSON.stringify(body)}`)
    }
    return port
  }

  async removeAll(): Promise<void> {
    const names = this.#names.splice(0)
    const paths = names.map((name) => `/v1/replication-groups/${name}`)
    const answers = await Promise.all(paths.map((path) => this.installation.request('DELETE', path)))
    const refused = answers.find(({ status }) => status !== 204)
    if (refused !== undefined) throw new Error(`a cache was not removed: ${JSON.stringify(refused)}`)
    await untilCalm(this.installation)
  }
}
