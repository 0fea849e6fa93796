import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster, type Redis } from 'ioredis'
import { createCluster } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bridgeGateway } from '../../packages/fleet/src/docker/bridge-gateway.ts'
import { docker, DOCKER_ADDRESS } from '../support/docker.ts'
import { SecondInstallation } from '../support/second-installation.ts'

const IMAGE = 'cacheplane/engine:valkey-8.1'
const TOKEN = 'a-token-of-forty-characters-for-the-test'
const OTHER_TOKEN = 'another-token-of-forty-characters-for-it'
const ENGINES = {
  plain: { engine: 'valkey', engineVersion: '8.1' },
  'redis-7': { engine: 'redis', engineVersion: '7.0' },
  'redis-8': { engine: 'redis', engineVersion: '8.0' },
}
/** Clients that leave the machine room for what they are to follow. */
const PAUSE_MS = 10
const RESHARDED_MS = 240_000
/** So many that every shard has some. */
const KEYS = Array.from({ length: 60 }, (_, i) => `key-${i}`)

interface Group {
  status: string
  configurationEndpoint: { address: string; port: number }
  nodeGroups: unknown[]
}

/** What is asked of a client here, whoever made it. */
interface Client {
  set(key: string, value: string): Promise<unknown>
  get(key: string): Promise<string | null>
  close(): void
}

type Secret = { password: string; ca: string } | null
type Connect = (endpoint: Group['configurationEndpoint'], secret: Secret) => Promise<Client>

const byIoredis: Connect = async ({ address: host, port }, secret) => {
  const redisOptions = secret === null ? {} : { password: secret.password, tls: { ca: secret.ca } }
  const cluster = new Cluster([{ host, port }], { redisOptions })
  cluster.on('error', () => undefined)
  return {
    set: (key, value) => cluster.set(key, value),
    get: (key) => cluster.get(key),
    close: () => cluster.disconnect(),
  }
}

const byNodeRedis: Connect = async ({ address: host, port }, secret) => {
  const defaults =
    secret === null ? {} : { password: secret.password, socket: { tls: true as const, ca: secret.ca } }
  const cluster = createCluster({ rootNodes: [{ socket: { host, port } }], defaults })
  cluster.on('error', () => undefined)
  await cluster.connect()
  return {
    set: (key, value) => cluster.set(key, value),
    get: (key) => cluster.get(key),
    close: () => void cluster.destroy(),
  }
}

describe('clusters of a zone that announces an address which the host and containers reach', () => {
  let installation: SecondInstallation
  let folder: string
  let ca: string

  beforeAll(async () => {
    const gateway = await bridgeGateway(await docker.getNetwork('bridge').inspect())
    if (gateway === null) throw new Error('the bridge has no address on this host')
    const zones = `local-1a=${DOCKER_ADDRESS}#${gateway}`
    installation = await SecondInstallation.prepare({ CACHEPLANE_ZONES: zones })
    await installation.up()
    folder = await mkdtemp(join(tmpdir(), 'cacheplane-ca-'))
    const authorization = `Bearer ${installation.env().CACHEPLANE_TOKEN ?? ''}`
    ca = await (await fetch(`${installation.url}/v1/ca-certificate`, { headers: { authorization } })).text()
    await writeFile(join(folder, 'ca.pem'), ca)
    const secured = { transitEncryptionEnabled: true, authToken: TOKEN }
    const others = Object.entries(ENGINES).map(([name, runs]) => create(name, 1, runs))
    await Promise.all([...others, create('secured', 2, { ...ENGINES.plain, ...secured })])
  })
  afterAll(async () => {
    await installation?.clear()
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  })

  const create = async (replicationGroupId: string, numNodeGroups: number, wish: object) => {
    const answer = await installation.request('POST', '/v1/replication-groups', {
      replicationGroupId,
      description: 'for clients',
      cacheNodeType: 'cache.t4g.micro',
      clusterMode: 'enabled',
      numNodeGroups,
      replicasPerNodeGroup: 0,
      ...wish,
    })
    expect(answer).toMatchObject({ status: 200 })
  }
  const find = async (name: string) =>
    (await installation.request('GET', `/v1/replication-groups/${name}`, undefined, ''))
      .body as unknown as Group
  const secretOf = (name: string): Secret => (name === 'secured' ? { password: TOKEN, ca } : null)

  /** What `valkey-cli -c` says to commands on its standard input, in a container on the host's network or another. */
  const cli = async (network: 'host' | 'bridge', name: string, commands: readonly string[]) => {
    const { address, port } = (await find(name)).configurationEndpoint
    const secured = ['--tls', '--cacert', '/ca/ca.pem', '--no-auth-warning', '-a', TOKEN]
    const output = new Promise<string>((resolve, reject) => {
      const child = execFile(
        'docker',
        [
          ...['run', '--rm', '-i', '--network', network, '-v', `${folder}:/ca:ro`, '--user', '0', IMAGE],
          ...['valkey-cli', '-c', '-h', address, '-p', String(port), ...(name === 'secured' ? secured : [])],
        ],
        (error, stdout) => (error === null ? resolve(stdout) : reject(error)),
      )
      child.stdin?.end(`${commands.join('\n')}\n`)
    })
    return (await output).split('\n').filter((line) => line !== '' && !line.startsWith('-> Redirected'))
  }

  describe.each([
    ['ioredis', byIoredis],
    ['node-redis', byNodeRedis],
  ])('%s', (who, connect) => {
    test.each(['plain', 'secured'])('reads on the %s cluster what it wrote to every shard', async (name) => {
      const client = await connect((await find(name)).configurationEndpoint, secretOf(name))
      try {
        await Promise.all(KEYS.map((key) => client.set(`${who}-${key}`, key)))
        expect(await Promise.all(KEYS.map((key) => client.get(`${who}-${key}`)))).toEqual(KEYS)
      } finally {
        client.close()
      }
    })
  })

  describe.each(['host', 'bridge'] as const)('valkey-cli -c on the network %s', (network) => {
    test.each(['plain', 'secured'])('reads on the %s cluster what it wrote to every shard', async (name) => {
      const written = await cli(
        network,
        name,
        KEYS.map((key) => `SET ${network}-${key} ${key}`),
      )
      expect(written).toEqual(KEYS.map(() => 'OK'))
      const read = await cli(
        network,
        name,
        KEYS.map((key) => `GET ${network}-${key}`),
      )
      expect(read).toEqual(KEYS)
    })
  })

  test('a cluster takes other tokens and another parameter group over under its clients, who notice nothing', async () => {
    const client = new Cluster(
      [(await find('secured')).configurationEndpoint].map(({ address: host, port }) => ({ host, port })),
      {
        redisOptions: { password: TOKEN, tls: { ca } },
      },
    )
    client.on('error', () => undefined)
    await Promise.all(KEYS.map((key) => client.set(`held-${key}`, key)))
    const nodes = client.nodes('all')
    const connections = () => Promise.all(nodes.map((node) => node.client('ID')))
    const before = await connections()
    const change = async (update: object): Promise<void> => {
      const path = '/v1/replication-groups/secured'
      const answer = await installation.request('PATCH', path, { ...update, applyImmediately: true })
      expect(answer).toMatchObject({ status: 200, body: { status: 'available', pendingModifiedValues: {} } })
    }
    const group = {
      cacheParameterGroupName: 'mine',
      cacheParameterGroupFamily: 'valkey8',
      description: 'mine',
    }
    expect(await installation.request('POST', '/v1/parameter-groups', group)).toMatchObject({ status: 201 })
    const values = [
      { parameterName: 'cluster-enabled', parameterValue: 'yes' },
      { parameterName: 'maxmemory-policy', parameterValue: 'allkeys-lru' },
    ]
    const set = { parameterNameValues: values }
    expect(await installation.request('PATCH', '/v1/parameter-groups/mine', set, '')).toMatchObject({
      status: 200,
    })
    await change({ cacheParameterGroupName: 'mine' })
    await change({ authToken: OTHER_TOKEN, authTokenUpdateStrategy: 'ROTATE' })
    const logIn = (node: Redis, password: string) =>
      node.call('AUTH', password).catch((error: unknown) => String(error))
    for (const node of nodes) {
      expect(await node.info('memory')).toContain('maxmemory_policy:allkeys-lru')
      for (const password of [TOKEN, OTHER_TOKEN]) expect(await logIn(node, password)).toBe('OK')
    }
    await change({ authToken: OTHER_TOKEN, authTokenUpdateStrategy: 'SET' })
    for (const node of nodes) {
      expect(await logIn(node, TOKEN)).toContain('WRONGPASS')
      expect(await logIn(node, OTHER_TOKEN)).toBe('OK')
    }
    expect(await connections()).toEqual(before)
    expect(await Promise.all(KEYS.map((key) => client.get(`held-${key}`)))).toEqual(KEYS)
    client.disconnect()
  })

  const reshard = async (name: string, change: { nodeGroupCount: number; nodeGroupsToRemove?: string[] }) => {
    const path = `/v1/replication-groups/${name}/shard-configuration`
    const wish = { ...change, applyImmediately: true }
    expect(await installation.request('POST', path, wish, '')).toMatchObject({ status: 202 })
    const settled = async () => {
      const { status, nodeGroups } = await find(name)
      return [status, nodeGroups.length]
    }
    const wanted = ['available', change.nodeGroupCount]
    await expect.poll(settled, { timeout: RESHARDED_MS, interval: 200 }).toEqual(wanted)
  }

  /** Writes and reads until it is told to stop; returns what went wrong. */
  const use = async (client: Client, who: string, isOver: () => boolean) => {
    const errors: string[] = []
    for (let i = 0; !isOver(); i = (i + 1) % KEYS.length) {
      const key = `moving-${who}-${i}`
      await client.set(key, key).catch((error: unknown) => errors.push(String(error)))
      const value = await client.get(key).catch((error: unknown) => String(error))
      if (value !== key) errors.push(`${key}: ${value}`)
      await sleep(PAUSE_MS)
    }
    return errors
  }

  test.concurrent.each(['redis-7', 'redis-8'])(
    'clients of both makers follow slots to a new shard and back on the %s cluster, without an error',
    async (name) => {
      const { configurationEndpoint } = await find(name)
      const clients = await Promise.all([byIoredis, byNodeRedis].map((c) => c(configurationEndpoint, null)))
      for (const key of KEYS) await clients[0]?.set(`kept-${key}`, key)
      let isOver = false
      const users = clients.map((client, i) => use(client, String(i), () => isOver))
      try {
        await reshard(name, { nodeGroupCount: 2 })
        await reshard(name, { nodeGroupCount: 1, nodeGroupsToRemove: ['0001'] })
      } finally {
        isOver = true
      }
      expect((await Promise.all(users)).flat()).toEqual([])
      // node-redis fails what is in flight when it finds out that a node is gone.
      for (const key of KEYS) expect(await clients[0]?.get(`kept-${key}`)).toBe(key)
      for (const client of clients) client.close()
    },
    3 * RESHARDED_MS,
  )
})
