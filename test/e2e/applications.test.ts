import {
  connectCluster,
  connectMemcached,
  connectReplicationGroup,
  lazy,
  memcachedCache,
  redisCache,
  type Cache,
  type MemcachedConnection,
} from '@cacheplane/patterns'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { docker } from '../support/docker.ts'
import { SecondInstallation } from '../support/second-installation.ts'

const TOKEN = 'a-token-of-forty-characters-for-the-test'
const KEYS = 300
const REFRESH_MS = 100
const PATIENCE_MS = 20_000

interface Endpoint {
  address: string
  port: number
}

const GROUP = {
  engine: 'valkey',
  cacheNodeType: 'cache.t4g.micro',
  transitEncryptionEnabled: true,
  authToken: TOKEN,
}
const keys = Array.from({ length: KEYS }, (_, i) => `key-${i}`)

/** Rows of an imaginary table, and how often they were asked for. */
class Table {
  queries = 0

  /** Through a cache, as an application does it. */
  async readAll(cache: Cache): Promise<{ wrong: string[]; queries: number }> {
    const before = this.queries
    const rows = lazy<string, string>({
      cache,
      name: 'row',
      key: (id) => id,
      ttl: 600,
      timeoutMs: 5_000,
      load: async (id) => {
        this.queries += 1
        return `of ${id}`
      },
    })
    const values = await Promise.all(keys.map((key) => rows.get(key)))
    rows.close()
    return { wrong: keys.filter((key, i) => values[i] !== `of ${key}`), queries: this.queries - before }
  }
}

describe('an application that uses the library on caches of the service', () => {
  let installation: SecondInstallation
  let ca: string

  beforeAll(async () => {
    installation = await SecondInstallation.prepare()
    await installation.up()
    const authorization = `Bearer ${installation.env().CACHEPLANE_TOKEN ?? ''}`
    ca = await (await fetch(`${installation.url}/v1/ca-certificate`, { headers: { authorization } })).text()
  })
  afterAll(() => installation?.clear())

  /** What it answers with has settled. */
  const ask = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const answer = await installation.request(method, path, body)
    expect(answer).toMatchObject({ status: 200 })
    return answer.body as T
  }
  const kill = async (cacheClusterId: string, cacheNodeId: string) => {
    const name = [`cacheplane-${cacheClusterId}-${cacheNodeId}-`]
    const [found] = await docker.listContainers({ filters: { label: [installation.label], name } })
    await docker.getContainer(found?.Id ?? '').kill()
  }

  describe('Memcached over TLS', () => {
    interface Described {
      configurationEndpoint: Endpoint
      cacheNodes: { cacheNodeId: string; endpoint: Endpoint }[]
    }
    const PATH = '/v1/cache-clusters/pages'
    const table = new Table()
    let connection: MemcachedConnection
    let cache: Cache

    beforeAll(async () => {
      const { configurationEndpoint } = await ask<Described>('POST', '/v1/cache-clusters', {
        cacheClusterId: 'pages',
        engine: 'memcached',
        cacheNodeType: 'cache.t4g.micro',
        numCacheNodes: 3,
        transitEncryptionEnabled: true,
      })
      connection = await connectMemcached({ configurationEndpoint, ca, refreshMs: REFRESH_MS })
      cache = memcachedCache(connection.ring)
    })
    afterAll(() => connection?.close())

    const follows = async ({ cacheNodes }: Described) => {
      const names = cacheNodes.map(({ endpoint }) => `${endpoint.address}:${endpoint.port}`)
      await expect.poll(() => connection.nodes().sort(), { timeout: PATIENCE_MS }).toEqual(names.sort())
    }
    const modify = async (body: object) =>
      follows(await ask<Described>('PATCH', PATH, { ...body, applyImmediately: true }))

    test('keys are spread over all nodes, and found again', async () => {
      await follows(await ask<Described>('GET', PATH))
      expect(await table.readAll(cache)).toEqual({ wrong: [], queries: KEYS })
      expect(await table.readAll(cache)).toEqual({ wrong: [], queries: 0 })
      const homes = keys.map((key) => connection.ring(key))
      for (const node of new Set(homes))
        expect(homes.filter((home) => home === node).length).toBeGreaterThan(KEYS / 10)
      expect(new Set(homes).size).toBe(3)
    })

    test('nodes that come take their share of the keys and no more, nodes that go give theirs back', async () => {
      await modify({ numCacheNodes: 4 })
      const grown = await table.readAll(cache)
      expect(grown.wrong).toEqual([])
      expect(grown.queries).toBeGreaterThan(0)
      expect(grown.queries).toBeLessThan(KEYS / 2)
      await modify({ numCacheNodes: 3, cacheNodeIdsToRemove: ['0001'] })
      const shrunk = await table.readAll(cache)
      expect(shrunk.wrong).toEqual([])
      expect(shrunk.queries).toBeLessThan(KEYS / 2)
      expect(await table.readAll(cache)).toEqual({ wrong: [], queries: 0 })
    })

    test('a node that dies fails no read, and is used again once it was replaced', async () => {
      await kill('pages', '0002')
      expect((await table.readAll(cache)).wrong).toEqual([])
      await follows(await ask<Described>('GET', PATH))
      const all = async () => (await table.readAll(cache)).queries
      await expect.poll(all, { timeout: PATIENCE_MS }).toBe(0)
    })
  })

  test.concurrent('a replication group with TLS and a token: read, written, failed over', async () => {
    const { nodeGroups } = await ask<{
      nodeGroups: { primaryEndpoint: Endpoint; readerEndpoint: Endpoint }[]
    }>('POST', '/v1/replication-groups', {
      ...GROUP,
      replicationGroupId: 'orders',
      description: 'of an application',
      numCacheClusters: 2,
      automaticFailoverEnabled: true,
    })
    const [shard] = nodeGroups
    if (shard === undefined) throw new Error('the group has no shard')
    const { primaryEndpoint, readerEndpoint } = shard
    const connection = connectReplicationGroup({ primaryEndpoint, readerEndpoint, ca, authToken: TOKEN })
    const stranger = connectReplicationGroup({ primaryEndpoint, ca, authToken: `not-${TOKEN}` })
    try {
      const table = new Table()
      const cache = redisCache(connection.primary, { reader: connection.reader })
      expect(await table.readAll(cache)).toEqual({ wrong: [], queries: KEYS })
      expect((await table.readAll(cache)).wrong).toEqual([])
      // What no replica has heard of would be lost rightly.
      expect(await connection.primary.wait(1, PATIENCE_MS)).toBe(1)
      const failover = ask('POST', '/v1/replication-groups/orders/test-failover', { nodeGroupId: '0001' })
      expect((await table.readAll(cache)).wrong).toEqual([])
      await failover
      expect(await table.readAll(cache)).toEqual({ wrong: [], queries: 0 })
      await expect(Promise.race([stranger.primary.ping(), refused(stranger.primary)])).rejects.toThrow(
        /WRONGPASS/,
      )
    } finally {
      connection.close()
      stranger.close()
    }
  })

  test.concurrent(
    'a group of two shards with TLS and a token: keys are found through the configuration endpoint',
    async () => {
      const { configurationEndpoint } = await ask<{ configurationEndpoint: Endpoint }>(
        'POST',
        '/v1/replication-groups',
        {
          ...GROUP,
          replicationGroupId: 'carts',
          description: 'of an application',
          numNodeGroups: 2,
          replicasPerNodeGroup: 1,
        },
      )
      const cluster = connectCluster({ endpoints: [configurationEndpoint], ca, authToken: TOKEN })
      try {
        const table = new Table()
        const cache = redisCache(cluster)
        expect(await table.readAll(cache)).toEqual({ wrong: [], queries: KEYS })
        expect(await table.readAll(cache)).toEqual({ wrong: [], queries: 0 })
        const sizes = await Promise.all(cluster.nodes('master').map((node) => node.dbsize()))
        expect(sizes).toHaveLength(2)
        for (const size of sizes) expect(size).toBeGreaterThan(KEYS / 4)
        const failover = ask('POST', '/v1/replication-groups/carts/test-failover', { nodeGroupId: '0002' })
        expect((await table.readAll(cache)).wrong).toEqual([])
        await failover
        expect((await table.readAll(cache)).wrong).toEqual([])
      } finally {
        cluster.disconnect()
      }
    },
  )
})

/** Rejects with what the server says against a connection. */
function refused(connection: ReturnType<typeof connectReplicationGroup>['primary']): Promise<never> {
  return new Promise((_, reject) => connection.on('error', reject))
}
