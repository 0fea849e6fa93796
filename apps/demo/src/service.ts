import { readFile } from 'node:fs/promises'

interface Group {
  status: string
  nodeGroups?: { nodeGroupId: string; primaryEndpoint: { address: string; port: number } }[]
}

const GROUP = 'demo-shop'
const PATH = `/v1/replication-groups/${GROUP}`
const PATIENCE_MS = 90_000

/** The running installation, as one of its customers uses it. */
export class Service {
  private constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** Finds it by the environment, or else by the file that `npm run up` wrote. Null when there is none. */
  static async find(environment: NodeJS.ProcessEnv): Promise<Service | null> {
    const { CACHEPLANE_URL: url, CACHEPLANE_TOKEN: token } = environment
    if (url !== undefined && token !== undefined) return new Service(url, token)
    const file = `${environment.CACHEPLANE_STATE_DIR ?? '.cacheplane'}/env`
    const text = await readFile(file, 'utf8').catch(() => '')
    const told = new Map([...text.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, key, value]) => [key, value]))
    const [foundUrl, foundToken] = [told.get('CACHEPLANE_URL'), told.get('CACHEPLANE_TOKEN')]
    if (foundUrl === undefined || foundToken === undefined) return null
    return new Service(foundUrl, foundToken)
  }

  /** A primary and two replicas in three zones, from an earlier demo or made now. */
  async ensureGroup(): Promise<{ address: string; port: number }> {
    const found = await this.#ask('GET', PATH, undefined, [404])
    const group =
      found ??
      (await this.#ask('POST', '/v1/replication-groups', {
        replicationGroupId: GROUP,
        description: 'the demo shop',
        engine: 'valkey',
        cacheNodeType: 'cache.t4g.micro',
        numCacheClusters: 3,
        automaticFailoverEnabled: true,
        multiAZEnabled: true,
      }))
    const endpoint = group?.nodeGroups?.[0]?.primaryEndpoint
    if (endpoint === undefined) throw new Error(`${GROUP} has no primary endpoint: it is ${group?.status}`)
    return endpoint
  }

  async failOver(): Promise<void> {
    await this.#ask('POST', `${PATH}/test-failover`, { nodeGroupId: '0001' })
  }

  async removeGroup(): Promise<void> {
    await this.#ask('DELETE', PATH, undefined, [404])
  }

  async #ask(
    method: string,
    path: string,
    body?: object,
    tolerated: readonly number[] = [],
  ): Promise<Group | null> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        prefer: 'wait=60',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    const text = await response.text()
    if (response.ok) return text === '' ? null : (JSON.parse(text) as Group)
    if (tolerated.includes(response.status)) return null
    throw new Error(`${method} ${path} was answered ${response.status}: ${text}`)
  }
}
