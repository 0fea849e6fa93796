import { setTimeout as sleep } from 'node:timers/promises'
import type { EdgeSpec, Fleet, NodeSpec, RouteTarget } from '@cacheplane/domain'
import { createAuthority, createDockerFleet } from '@cacheplane/fleet'
import { MemoryFiles, MemoryVault } from '@cacheplane/fleet/fake'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connect } from '../../../packages/fleet/src/control/connect.ts'
import { bridgeGateway } from '../../../packages/fleet/src/docker/bridge-gateway.ts'
import { issueControlLeaf, type Leaf } from '../../../packages/fleet/src/tls/issue-certificate.ts'
import { edgeIdentity, issueLeaf } from '../../../packages/fleet/src/tls/issue-leaf.ts'
import { containerIdOf, docker, DOCKER_SOCKET, testKeyring } from '../../support/docker.ts'
import { connectEndpoint } from '../../support/endpoint-client.ts'
import { openDockerBench, realClock, type DockerBench } from '../../support/fleet-bench.ts'
import { freezeListener } from '../../support/frozen-listener.ts'

const READY = { kind: 'ready' }
const VARIANT = { engine: 'valkey', engineVersion: '8.1', tls: false, authToken: null } as const

let bench: DockerBench
let node: NodeSpec
let runId: string
let edge: EdgeSpec

beforeEach(async () => {
  bench = await openDockerBench()
  const network = bench.freshNetwork()
  node = bench.freshNode(network, VARIANT)
  edge = bench.freshEdge()
  await bench.fleet.ensureNetwork(network)
  expect(await bench.fleet.ensureNode(node)).toEqual(READY)
  const reading = await bench.fleet.observeNode(node, 10_000)
  if (reading.kind !== 'serving') throw new Error(reading.because)
  runId = reading.runId
  expect(await bench.fleet.openNode(node)).toEqual(READY)
})

afterEach(() => bench.close())

const nodeTarget = (): RouteTarget => ({ ...node, address: '127.0.0.1' })
const hostTarget = (port: number): RouteTarget => ({
  ...{ engineId: '-', ip: '-', address: '127.0.0.1', port },
  ...{ tls: false, plainPort: null },
})
const primaryPort = () => edge.slots[0]?.primaryPort ?? 0

async function route(fleet: Fleet, primary: RouteTarget | null) {
  expect(await fleet.routeEndpoint(edge, 0, { primary, readers: [] })).toEqual(READY)
}

/** What an edge answers to somebody with this certificate who asks for its version. */
async function answerTo(own: Leaf | undefined): Promise<string> {
  const tls = {
    authorityPem: bench.authority.certificatePem,
    identity: edgeIdentity(edge),
    ...(own && { own }),
  }
  const connected = await connect({ host: '127.0.0.1', port: edge.controlPort, tls })
  if (connected.kind !== 'connected') return ''
  const { socket } = connected
  return new Promise((resolve) => {
    let text = ''
    socket.on('error', () => resolve(text)).on('close', () => resolve(text))
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')))
    socket.write('show info\n')
  })
}

test('an edge takes commands from the certificate of the control plane, and from no other', async () => {
  expect(await bench.fleet.ensureEdge(edge)).toEqual(READY)
  expect(await answerTo(await issueControlLeaf(bench.authority))).toMatch(/Version: 3\.0/)
  expect(await answerTo(await issueLeaf(bench.authority, node, 60_000))).toBe('')
  expect(await answerTo(await issueControlLeaf(await createAuthority()))).toBe('')
  expect(await answerTo(undefined)).toBe('')
})

test('nothing of an edge that can be inspected is secret, and it may do nothing', async () => {
  expect(await bench.fleet.ensureEdge(edge)).toEqual(READY)
  const inspected = await docker.getContainer(await containerIdOf(edge.edgeId)).inspect()
  expect(JSON.stringify(inspected)).not.toMatch(/PRIVATE KEY/)
  expect(inspected.Name).toBe(`/cacheplane-edge-${edge.edgeId.slice(-8)}-g1`)
  expect(inspected.Config.User).toBe('999:999')
  expect(inspected.HostConfig).toMatchObject({
    NetworkMode: 'host',
    ReadonlyRootfs: true,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
    Memory: 256 * 1_048_576,
    RestartPolicy: { Name: 'no' },
  })
})

test('containers reach an endpoint by the gateway of their bridge', async () => {
  const gateway = await bridgeGateway(await docker.getNetwork('bridge').inspect())
  if (gateway === null) throw new Error('this machine has no bridge')
  expect(await bench.fleet.ensureEdge(edge)).toEqual(READY)
  await route(bench.fleet, nodeTarget())
  const client = await connectEndpoint(primaryPort(), gateway)
  expect(await client.runId()).toBe(runId)
  client.end()
})

/** A fleet that gives nodes more time to accept, as between engines; it believes that one engine is two. */
function patientFleet(): Fleet {
  const zone = { announcedAddress: '127.0.0.1' }
  return createDockerFleet({
    installation: bench.installation,
    zones: [
      { ...zone, name: 'test-1a', dockerAddress: `unix://${DOCKER_SOCKET}` },
      { ...zone, name: 'test-1b', dockerAddress: `unix://${DOCKER_SOCKET.replace('/var/run', '/run')}` },
    ],
    keyring: testKeyring(),
    authority: async () => bench.authority,
    vault: new MemoryVault(),
    foreignFiles: new MemoryFiles(),
    clock: realClock,
    log: { warn: () => undefined },
  })
}

test('a client on its way to a node that swallows connections is hung up on when the route changes', async () => {
  const patient = patientFleet()
  const hole = await freezeListener()
  try {
    expect(await patient.ensureEdge(edge)).toEqual(READY)
    await route(patient, hostTarget(hole.port))
    const clients = await Promise.all([1, 2, 3].map(() => connectEndpoint(primaryPort())))
    await sleep(50)
    const begun = performance.now()
    const outcomes = Promise.all(clients.map((client) => client.runId()))
    await route(patient, nodeTarget())
    expect(await outcomes).toEqual([null, null, null])
    expect(performance.now() - begun).toBeLessThan(1_000)
    expect(await (await connectEndpoint(primaryPort())).runId()).toBe(runId)
  } finally {
    hole.close()
    await patient.close()
  }
})

test('clients that keep coming while routes change are each served or hung up on', async () => {
  const hole = await freezeListener()
  let isOver = false
  let served = 0
  const visit = async () => {
    while (!isOver) {
      const client = await connectEndpoint(primaryPort())
      if ((await client.runId()) !== null) served += 1
      client.end()
    }
  }
  try {
    expect(await bench.fleet.ensureEdge(edge)).toEqual(READY)
    const visitors = Promise.all(Array.from({ length: 20 }, visit))
    for (let round = 0; round < 20; round += 1) {
      await route(bench.fleet, hostTarget(hole.port))
      await sleep(round)
      await route(bench.fleet, nodeTarget())
      await sleep(20)
    }
    isOver = true
    await visitors
    expect(served).toBeGreaterThan(0)
  } finally {
    isOver = true
    hole.close()
  }
})

test('a client of a frozen node is hung up on when the route changes', async () => {
  expect(await bench.fleet.ensureEdge(edge)).toEqual(READY)
  await route(bench.fleet, nodeTarget())
  const held = await connectEndpoint(primaryPort())
  expect(await held.runId()).toBe(runId)
  await docker.getContainer(await containerIdOf(node.nodeId)).pause()
  const fresh = await connectEndpoint(primaryPort())
  const answers = Promise.all([held.runId(), fresh.runId()])
  await sleep(100)
  const begun = performance.now()
  await route(bench.fleet, null)
  expect(await answers).toEqual([null, null])
  expect(performance.now() - begun).toBeLessThan(1_000)
  await docker.getContainer(await containerIdOf(node.nodeId)).unpause()
})

test('a frozen edge is unknown by the deadline, and obeys again when it goes on', async () => {
  expect(await bench.fleet.ensureEdge(edge)).toEqual(READY)
  const container = docker.getContainer(await containerIdOf(edge.edgeId))
  await container.pause()
  const begun = performance.now()
  const routes = { primary: nodeTarget(), readers: [] }
  const many = Array.from({ length: 10 }, () => bench.fleet.routeEndpoint(edge, 0, routes))
  for (const answer of await Promise.all(many)) expect(answer).toMatchObject({ kind: 'unknown' })
  expect(await bench.fleet.observeEdge(edge, 0)).toMatchObject({ kind: 'unknown' })
  expect(performance.now() - begun).toBeLessThan(3_000)
  await container.unpause()
  await route(bench.fleet, nodeTarget())
  expect(await (await connectEndpoint(primaryPort())).runId()).toBe(runId)
})
