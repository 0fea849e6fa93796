import type { Clock } from '@cacheplane/domain'
import { expect, test } from 'vitest'
import { FreshSpecs } from '../contract/fresh-specs.ts'
import { FakeFleet } from './fake-fleet.ts'

const ENGINE_ID = 'engine-a'
const READY = { kind: 'ready' }
const UNKNOWN = { kind: 'unknown' }
const specs = new FreshSpecs(ENGINE_ID, '10.1', 10_000)
const network = specs.network()
const variant = { engine: 'valkey', engineVersion: '8.1', tls: false, authToken: null } as const
const [one, two] = [specs.node(network, variant), specs.node(network, variant)]
const edge = specs.edge(1)
const port = edge.slots[0]?.primaryPort ?? 0

function jumpingClock(): Clock {
  let elapsedMs = 0
  return {
    now: () => new Date(elapsedMs),
    monotonicMs: () => elapsedMs,
    sleep: async (ms) => void (await Promise.resolve((elapsedMs += ms))),
  }
}

async function standUp() {
  const engine = {
    engineId: ENGINE_ID,
    zones: ['local-1a'],
    address: '127.0.0.1',
    cpus: 2,
    memoryBytes: 2 ** 34,
  }
  const timings = { call: [1, 20], boot: [10, 60] } as const
  const fake = new FakeFleet({
    installation: 'fake',
    engines: [engine],
    clock: jumpingClock(),
    seed: 1,
    timings,
  })
  await fake.fleet.ensureNetwork(network)
  for (const node of [one, two]) {
    await fake.fleet.ensureNode(node)
    await fake.fleet.observeNode(node, 1_000)
  }
  return fake
}

const to = (node: typeof one) => ({ primary: { ...node, address: '127.0.0.1' }, readers: [] })

test.each(['createContainer', 'startContainer'] as const)(
  'a lost %s leaves the edge unknown, and the next call makes it whole',
  async (name) => {
    for (const lost of ['before', 'after'] as const) {
      const fake = await standUp()
      fake.faults.order(name, { lost })
      expect(await fake.fleet.ensureEdge(edge)).toMatchObject(UNKNOWN)
      expect(await fake.fleet.ensureEdge(edge)).toEqual(READY)
      expect(fake.world()[0]?.containers.filter((container) => container.edge !== null)).toHaveLength(1)
    }
  },
)

test.each(['readEdge', 'routeEdge'] as const)(
  'a lost %s leaves the routes unknown, and the next call makes them the wanted ones',
  async (name) => {
    for (const lost of ['before', 'after'] as const) {
      const fake = await standUp()
      await fake.fleet.ensureEdge(edge)
      expect(await fake.fleet.routeEndpoint(edge, 0, to(one))).toEqual(READY)
      const held = fake.connect(ENGINE_ID, port)
      fake.faults.order(name, { lost })
      expect(await fake.fleet.routeEndpoint(edge, 0, to(two))).toMatchObject(UNKNOWN)
      expect(await fake.fleet.routeEndpoint(edge, 0, to(two))).toEqual(READY)
      expect(held?.process()).toBeNull()
      expect(fake.connect(ENGINE_ID, port)?.process()?.nodeId).toBe(two.nodeId)
    }
  },
)

test('a hung edge is unknown and goes on routing as before; a killed one cuts its clients', async () => {
  const fake = await standUp()
  await fake.fleet.ensureEdge(edge)
  await fake.fleet.routeEndpoint(edge, 0, to(one))
  const held = fake.connect(ENGINE_ID, port)
  fake.pause(edge.edgeId)
  expect(await fake.fleet.routeEndpoint(edge, 0, to(two))).toMatchObject(UNKNOWN)
  fake.resume(edge.edgeId)
  expect(held?.process()?.nodeId).toBe(one.nodeId)
  fake.kill(edge.edgeId)
  expect(held?.process()).toBeNull()
  expect(fake.connect(ENGINE_ID, port)).toBeNull()
})

test('routes that are as wanted cost no mutating call', async () => {
  const fake = await standUp()
  await fake.fleet.ensureEdge(edge)
  await fake.fleet.routeEndpoint(edge, 0, to(one))
  const before = fake.mutations()
  expect(await fake.fleet.ensureEdge(edge)).toEqual(READY)
  expect(await fake.fleet.routeEndpoint(edge, 0, to(one))).toEqual(READY)
  expect(fake.mutations()).toBe(before)
})

test('an engine without the image of edges says so', async () => {
  const fake = await standUp()
  fake.loseImage(ENGINE_ID, 'edge')
  expect(await fake.fleet.ensureEdge(edge)).toMatchObject({ kind: 'refused', refusal: 'image-missing' })
})
