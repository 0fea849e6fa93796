import { connect } from 'node:net'
import { ENGINE_VERSIONS, Secret, type EngineVersion, type NodeSpec } from '@cacheplane/domain'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ask, cacheClient } from '../support/cache-client.ts'
import { docker, containerIdOf } from '../support/docker.ts'
import { openDockerBench, type DockerBench } from '../support/fleet-bench.ts'

/** What a customer of a node may and may not do; the list is ElastiCache's. */
const BLOCKED = [
  'acl setuser someone on',
  'acl load',
  'acl save',
  'acl deluser someone',
  'bgrewriteaof',
  'bgsave',
  'cluster addslots 1',
  'cluster bumpepoch',
  'cluster delslots 1',
  'cluster failover',
  'cluster flushslots',
  'cluster forget x',
  'cluster meet 127.0.0.1 1',
  'cluster reset',
  'cluster setslot 1 stable',
  'config get maxmemory',
  'config set maxmemory 1',
  'debug sleep 0',
  'migrate 127.0.0.1 1 key 0 100',
  'module list',
  'psync ? -1',
  'replconf ack 0',
  'replicaof no one',
  'save',
  'shutdown nosave',
  'slaveof no one',
  'sync',
]
const BLOCKED_SINCE_7 = [
  'cluster addslotsrange 1 2',
  'cluster delslotsrange 1 2',
  'cluster links',
  'failover',
]

const ALLOWED = [
  'info',
  'keys *',
  'set a 1',
  'get a',
  'sort missing',
  'eval return(1) 0',
  'publish channel message',
  'client list',
  'client setname someone',
  'cluster info',
  'cluster nodes',
  'cluster slots',
  'slowlog get',
  'latency latest',
  'acl list',
  'acl whoami',
  'acl users',
  'acl cat',
  'role',
  'swapdb 0 1',
  'flushdb',
  'flushall',
]

const TOKEN = 'CANARY-token-of-a-customer'
const redisLike = ENGINE_VERSIONS.filter(({ engine }) => engine !== 'memcached')

let bench: DockerBench
beforeEach(async () => {
  bench = await openDockerBench()
})
afterEach(() => bench.close())

async function standUp(
  { engine, version }: EngineVersion,
  tls: boolean,
  token: string | null,
): Promise<NodeSpec> {
  const network = bench.freshNetwork()
  const authToken = token === null ? null : new Secret(token)
  const node = bench.freshNode(network, { engine, engineVersion: version, tls, authToken })
  await bench.fleet.ensureNetwork(network)
  expect(await bench.fleet.ensureNode(node)).toEqual({ kind: 'ready' })
  expect(await bench.fleet.observeNode(node, 10_000)).toMatchObject({ kind: 'serving' })
  return node
}

async function withClient<T>(node: NodeSpec, password: string | undefined, use: (say: Say) => Promise<T>) {
  const client = cacheClient(node, bench.authority, password)
  try {
    return await use((line) => {
      const [command = '', ...args] = line.split(' ')
      return ask(client, command, ...args)
    })
  } finally {
    client.disconnect()
  }
}
/** DEBUG is refused for everybody where the engine can be told so. */
const isForbidden = (answer: string) => /^(NOPERM|ERR DEBUG command not allowed|ERR unknown)/i.test(answer)

type Say = (line: string) => Promise<string>

describe.each(redisLike)('$engine $version', (version) => {
  test('lets nobody in before it is opened, and without a token everybody after', async () => {
    const node = await standUp(version, false, null)
    expect(await withClient(node, undefined, (say) => say('ping'))).toMatch(/NOAUTH|NOPERM/)
    expect(await bench.fleet.openNode(node)).toEqual({ kind: 'ready' })
    expect(await withClient(node, undefined, (say) => say('ping'))).toBe('PONG')
  })

  test('speaks TLS only, shows a certificate of our authority and wants the token', async () => {
    const node = await standUp(version, true, TOKEN)
    await bench.fleet.openNode(node)
    expect(await withClient(node, TOKEN, (say) => say('ping'))).toBe('PONG')
    expect(await withClient(node, undefined, (say) => say('ping'))).toMatch(/NOAUTH/)
    expect(await withClient(node, 'another-token', (say) => say('ping'))).toMatch(/WRONGPASS|NOAUTH/)
    expect(await withClient({ ...node, tls: false }, TOKEN, (say) => say('ping'))).not.toBe('PONG')
  })

  test('gives its customers what ElastiCache gives, and no administration', async () => {
    const node = await standUp(version, false, null)
    await bench.fleet.openNode(node)
    const blocked = version.version === '6.0' ? BLOCKED : [...BLOCKED, ...BLOCKED_SINCE_7]
    await withClient(node, undefined, async (say) => {
      for (const line of blocked) expect(isForbidden(await say(line)), line).toBe(true)
      for (const line of ALLOWED) expect(isForbidden(await say(line)), line).toBe(false)
      expect(await say('monitor')).toBe('OK')
    })
  })
})

test('no secret of a node can be seen from outside of it', async () => {
  for (const version of ENGINE_VERSIONS) {
    const node = await standUp(version, true, version.engine === 'memcached' ? null : TOKEN)
    await bench.fleet.openNode(node)
    const container = docker.getContainer(await containerIdOf(node.nodeId))
    const inspected = await container.inspect()
    const logs = await container.logs({ stdout: true, stderr: true })
    const seen = JSON.stringify(inspected) + logs.toString('utf8')
    expect(seen).toContain(node.nodeId)
    expect(seen).not.toContain('CANARY')
    expect(seen).not.toMatch(/PRIVATE KEY|BEGIN CERTIFICATE|#[0-9a-f]{64}|_cp-/)
    expect(inspected.HostConfig).toMatchObject({ ReadonlyRootfs: true, CapDrop: ['ALL'], Privileged: false })
    expect(inspected.HostConfig.RestartPolicy?.Name).toBe('no')
    expect(inspected.HostConfig.Dns).toEqual(['127.0.0.1'])
    expect(inspected.Config.User).toBe('999:999')
  }
})

test('memcached with TLS does not answer in plain text', async () => {
  const [version] = ENGINE_VERSIONS.filter(({ engine }) => engine === 'memcached')
  if (version === undefined) throw new Error('the catalogue has no memcached')
  const node = await standUp(version, true, null)
  const answer = await new Promise<string>((resolve) => {
    let text = ''
    const socket = connect(node.port, '127.0.0.1', () => socket.write('version\r\n'))
    socket.on('data', (chunk) => (text += chunk.toString('latin1')))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(text))
    socket.setTimeout(3_000, () => socket.destroy())
  })
  expect(answer).not.toContain('VERSION')
})
