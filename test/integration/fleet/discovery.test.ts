import { Secret, type EdgeSpec, type NodeSpec, type RouteTarget, type SaslUser } from '@cacheplane/domain'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { converse, discover } from '../../support/discovery-client.ts'
import { containerIdOf, docker } from '../../support/docker.ts'
import { openDockerBench, type DockerBench } from '../../support/fleet-bench.ts'

const READY = { kind: 'ready' }
const LIST = '127.0.0.1|127.0.0.1|7001 127.0.0.1|127.0.0.1|7002'
const CONFIG = `CONFIG cluster 0 ${LIST.length + 4}\r\n12\n${LIST}\n\r\nEND\r\n`

let bench: DockerBench

beforeEach(async () => {
  bench = await openDockerBench()
})
afterEach(() => bench.close())

/** A configuration endpoint that shows a list, and leads whatever else is said to a node. */
async function standUp(
  tls: boolean,
  saslUsers: readonly SaslUser[] = [],
): Promise<{ node: NodeSpec; edge: EdgeSpec; port: number }> {
  const network = bench.freshNetwork()
  const variant = { engine: 'memcached', engineVersion: '1.6.38', tls, authToken: null } as const
  const node = { ...bench.freshNode(network, variant), saslUsers, asksLogin: saslUsers.length > 0 }
  const edge = bench.freshEdge(tls ? 'discovery-tls' : 'discovery')
  await bench.fleet.ensureNetwork(network)
  expect(await bench.fleet.ensureNode(node)).toEqual(READY)
  expect(await bench.fleet.observeNode(node, 10_000)).toMatchObject({ kind: 'serving' })
  expect(await bench.fleet.ensureEdge(edge)).toEqual(READY)
  const primary: RouteTarget = { ...node, address: '127.0.0.1' }
  expect(await bench.fleet.routeEndpoint(edge, 0, { primary, readers: [] })).toEqual(READY)
  const nodes = [7001, 7002].map((port) => ({ address: '127.0.0.1', port }))
  const list = { clusterId: 'cc-test', version: 12, engineVersion: '1.6.38', nodes }
  expect(await bench.fleet.publishList(edge, 0, list)).toEqual(READY)
  return { node, edge, port: edge.slots[0]?.primaryPort ?? 0 }
}

test('a configuration endpoint answers as ElastiCache does, and is a Memcached address besides', async () => {
  const { node, port } = await standUp(false)
  const say = (...packets: (string | Buffer)[]) => converse(port, packets)
  expect(await say('config get cluster\r\n', 'config get cluster\r\n')).toBe(CONFIG + CONFIG)
  expect(await say('get AmazonElastiCache:cluster\r\n')).toBe(
    CONFIG.replace('CONFIG cluster', 'VALUE AmazonElastiCache:cluster'),
  )
  expect(await say('config get cluster\r\n', 'version\r\n')).toBe(`${CONFIG}VERSION 1.6.38\r\n`)
  expect(await say('set a 7 0 3\r\nabc\r\n', 'get a\r\n')).toBe('STORED\r\nVALUE a 7 3\r\nabc\r\nEND\r\n')
  expect(await converse(node.port, ['get a\r\n'])).toContain('abc')
  expect(await say('mn\r\n', 'ms b 2\r\nhi\r\n', 'mg b v\r\n')).toBe('MN\r\nHD\r\nVA 2\r\nhi\r\n')

  // A client that asks for the version first, one whose question comes in pieces, and one that asks between two commands.
  expect(await say('version\r\n', 'config get cluster\r\n')).toBe(`VERSION 1.6.38\r\n${CONFIG}`)
  expect(await say('version\r\n', 'config get', ' cluster\r\n')).toBe(`VERSION 1.6.38\r\n${CONFIG}`)
  expect(await say('config ge', 't cluster\r\n')).toBe(CONFIG)
  expect(await say('get a\r\n', 'config get cluster\r\nget a\r\n')).toBe(
    `VALUE a 7 3\r\nabc\r\nEND\r\n${CONFIG}VALUE a 7 3\r\nabc\r\nEND\r\n`,
  )

  // What only looks like a question is a value.
  const value = 'config get cluster\r\n'
  expect(await say(`set c 0 0 ${value.length}\r\n`, `${value}\r\n`, 'get c\r\n')).toBe(
    `STORED\r\nVALUE c 0 ${value.length}\r\n${value}\r\nEND\r\n`,
  )
  const long = 'x'.repeat(100_000)
  expect(await say(`set d 0 0 ${long.length}\r\n${long}\r\n`, 'get d\r\n')).toContain(long)

  // The binary protocol passes: a no-op, and its answer.
  const noop = Buffer.from('800a00000000000000000000000000000000000000000000', 'hex')
  expect(Buffer.from(await say(noop, noop), 'latin1').toString('hex')).toMatch(/^810a.*810a/)
})

test('a configuration endpoint shows its list while no node is left', async () => {
  const { node, port } = await standUp(false)
  await bench.kill(node.nodeId)
  expect(await converse(port, ['config get cluster\r\n', 'version\r\n'])).toBe(`${CONFIG}VERSION 1.6.38\r\n`)
})

test('with TLS, both are had over TLS alone', async () => {
  const { node, port } = await standUp(true)
  const ca = bench.authority.certificatePem
  expect(await discover(port, { ca })).toMatchObject({ version: 12 })
  const said = await converse(port, ['set a 0 0 3\r\nabc\r\n', 'config get cluster\r\n', 'get a\r\n'], ca)
  expect(said).toBe(`STORED\r\n${CONFIG}VALUE a 0 3\r\nabc\r\nEND\r\n`)
  expect(await converse(node.port, ['get a\r\n'], ca)).toContain('abc')
  const plain = await converse(port, ['config get cluster\r\n']).catch(() => '')
  expect(plain).not.toContain('CONFIG')
})

test.each([false, true])('with users (TLS: %s), nobody is heard before he has logged in', async (tls) => {
  const password = 'CANARY!&#$^<>-0123456789'
  const { node, port } = await standUp(tls, [{ userName: 'web.app', password: new Secret(password) }])
  const ca = tls ? bench.authority.certificatePem : undefined
  const login = (words: string) => `set login 0 0 ${words.length}\r\n${words}\r\n`
  const store = 'set a 0 0 1\r\nx\r\n'
  for (const at of [port, node.port]) {
    expect(await converse(at, [store], ca)).toMatch(/^CLIENT_ERROR/)
    expect(await converse(at, [login('web.app another-password')], ca)).toMatch(/^CLIENT_ERROR/)
    expect(await converse(at, [login(`web.app ${password}`), store, 'get a\r\n'], ca)).toBe(
      'STORED\r\nSTORED\r\nVALUE a 0 1\r\nx\r\nEND\r\n',
    )
  }
  expect(await converse(port, ['config get cluster\r\n'], ca)).toBe(CONFIG)
  expect(await bench.fleet.observeNode(node, 0)).toMatchObject({ kind: 'serving', version: '1.6.38' })

  // Others may log in from now on; what is stored stays.
  const another = 'CANARY-of-somebody-else'
  const changed = { ...node, saslUsers: [{ userName: 'jobs', password: new Secret(another) }] }
  const configure = () => bench.fleet.configureNode(changed, {})
  await expect.poll(configure, { timeout: 10_000, interval: 500 }).toEqual(READY)
  expect(await configure()).toEqual(READY)
  expect(await converse(node.port, [login(`web.app ${password}`)], ca)).toMatch(/^CLIENT_ERROR/)
  expect(await converse(port, [login(`jobs ${another}`), 'get a\r\n'], ca)).toBe(
    'STORED\r\nVALUE a 0 1\r\nx\r\nEND\r\n',
  )
  expect(await bench.fleet.observeNode(changed, 0)).toMatchObject({ kind: 'serving' })
  const container = docker.getContainer(await containerIdOf(node.nodeId))
  const logs = await container.logs({ stdout: true, stderr: true })
  const seen = JSON.stringify(await container.inspect()) + logs.toString('utf8')
  expect(seen).toContain(node.nodeId)
  expect(seen).not.toContain('CANARY')
})
