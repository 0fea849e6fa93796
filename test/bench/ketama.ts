import Memcached from 'memcached'
import { discover } from '../support/discovery-client.ts'
import type { SecondInstallation } from '../support/second-installation.ts'
import type { Reading } from './report.ts'

const NODES = 8
const KEYS = 5_000
/** What an ideal hash would move, and what chance adds to it with this many points of each node on the ring. */
const SHARE_IDEAL = 1 / (NODES + 1)
const SHARE_MAX = 1.5 * SHARE_IDEAL
const PATH = '/v1/cache-clusters/bench-ketama'

/**
 * The share of keys that a client with consistent hashing looks for in vain once auto discovery has told it of a ninth
 * node: each key is written with the list before, and read with the list after.
 */
export async function measureKetama(installation: SecondInstallation): Promise<Reading> {
  const port = await createCluster(installation)
  const keys = Array.from({ length: KEYS }, (_, i) => `user:${i}:session`)
  const before = await serversOf(port, NODES)
  await withClient(before, (client) => inTurns(keys, (key) => write(client, key)))
  await ask(installation, 'PATCH', PATH, { numCacheNodes: NODES + 1, applyImmediately: true })
  const after = await serversOf(port, NODES + 1)
  const found = await withClient(after, (client) => inTurns(keys, (key) => isThere(client, key)))
  await installation.request('DELETE', PATH)
  const share = found.filter((is) => !is).length / KEYS
  return {
    name: 'ketama',
    what: `keys that move when ${NODES} Memcached nodes become ${NODES + 1}, of ${KEYS}`,
    value: `${(share * 100).toFixed(1)} %, ideally ${(SHARE_IDEAL * 100).toFixed(1)} %`,
    goal: `> 0 and <= ${(SHARE_MAX * 100).toFixed(1)} %`,
    isMet: share > 0 && share <= SHARE_MAX,
  }
}

async function createCluster(installation: SecondInstallation): Promise<number> {
  const body = await ask(installation, 'POST', '/v1/cache-clusters', {
    cacheClusterId: 'bench-ketama',
    engine: 'memcached',
    cacheNodeType: 'cache.t4g.micro',
    numCacheNodes: NODES,
    azMode: 'cross-az',
  })
  const { configurationEndpoint } = body as { configurationEndpoint?: { port: number } }
  if (configurationEndpoint === undefined) throw new Error('the cluster has no configuration endpoint')
  return configurationEndpoint.port
}

/** Waits until it is done. */
async function ask(installation: SecondInstallation, method: string, path: string, wish: object) {
  const { status, body } = await installation.request(method, path, wish)
  if (status !== 200) throw new Error(`${method} ${path} was answered ${status} ${JSON.stringify(body)}`)
  return body
}

async function serversOf(port: number, count: number): Promise<string[]> {
  const list = await discover(port)
  if (list?.nodes.length !== count)
    throw new Error(`the list names ${list?.nodes.length} nodes, and not ${count}`)
  return list.nodes.map((node) => node.split('|').slice(1).join(':'))
}

async function withClient<T>(servers: string[], use: (client: Memcached) => Promise<T>): Promise<T> {
  const client = new Memcached(servers, { timeout: 5_000, poolSize: IN_FLIGHT })
  try {
    return await use(client)
  } finally {
    client.end()
  }
}

const IN_FLIGHT = 10

async function inTurns<T>(keys: readonly string[], act: (key: string) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (let i = 0; i < keys.length; i += IN_FLIGHT)
    results.push(...(await Promise.all(keys.slice(i, i + IN_FLIGHT).map(act))))
  return results
}

function write(client: Memcached, key: string): Promise<void> {
  return new Promise((resolve, reject) =>
    client.set(key, key, 0, (error) => (error ? reject(new Error(String(error))) : resolve())),
  )
}

function isThere(client: Memcached, key: string): Promise<boolean> {
  return new Promise((resolve, reject) =>
    client.get(key, (error, value) => (error ? reject(new Error(String(error))) : resolve(value === key))),
  )
}
