import type { Clock } from '@cacheplane/domain'
import { expect, test } from 'vitest'
import { FreshSpecs } from '../contract/fresh-specs.ts'
import { FakeFleet } from './fake-fleet.ts'

const ENGINE_ID = 'engine-a'
const READY = { kind: 'ready' }

function jumpingClock(): Clock {
  let elapsedMs = 0
  return {
    now: () => new Date(elapsedMs),
    monotonicMs: () => elapsedMs,
    sleep: async (ms) => void (await Promise.resolve((elapsedMs += ms))),
  }
}

function makeFake(seed = 1) {
  const engine = {
    engineId: ENGINE_ID,
    zones: ['local-1a'],
    address: '127.0.0.1',
    cpus: 2,
    memoryBytes: 2 ** 34,
  }
  const timings = { call: [1, 20], boot: [10, 60] } as const
  return new FakeFleet({ installation: 'fake', engines: [engine], clock: jumpingClock(), seed, timings })
}

const specs = new FreshSpecs(ENGINE_ID, '10.1', 10_000)
const network = specs.network()
const node = specs.node(network, { engine: 'valkey', engineVersion: '8.1', tls: false, authToken: null })

test.each(['createContainer', 'startContainer'] as const)(
  'a lost %s leaves the node unknown, and the next call makes it whole',
  async (name) => {
    for (const lost of ['before', 'after'] as const) {
      const fake = makeFake()
      await fake.fleet.ensureNetwork(network)
      fake.faults.order(name, { lost })
      expect(await fake.fleet.ensureNode(node)).toMatchObject({ kind: 'unknown' })
      expect(await fake.fleet.ensureNode(node)).toEqual(READY)
      expect(await fake.fleet.observeNode(node, 1_000)).toMatchObject({ kind: 'serving', open: false })
      expect(fake.world()[0]?.containers).toHaveLength(1)
    }
  },
)

test('a container that was made for another port is made again', async () => {
  const fake = makeFake()
  await fake.fleet.ensureNetwork(network)
  fake.faults.order('startContainer', { lost: 'before' })
  await fake.fleet.ensureNode(node)
  expect(await fake.fleet.ensureNode({ ...node, port: 12_345 })).toEqual(READY)
  expect(fake.world()[0]?.containers[0]?.process?.port).toBe(12_345)
})

test.each(['hung', 'unreachable'] as const)(
  'an engine that is %s tells nothing, but its nodes serve',
  async (state) => {
    const fake = makeFake()
    await fake.fleet.ensureNetwork(network)
    await fake.fleet.ensureNode(node)
    fake.setEngine(ENGINE_ID, state)
    expect(await fake.fleet.ensureNode(node)).toMatchObject({ kind: 'unknown' })
    expect(await fake.fleet.observeNode(node, 1_000)).toMatchObject({ kind: 'serving' })
    fake.kill(node.nodeId)
    expect(await fake.fleet.observeNode(node, 100)).toMatchObject({ kind: 'unreachable' })
  },
)

test('a paused node is unknown, and serves again when it is resumed', async () => {
  const fake = makeFake()
  await fake.fleet.ensureNetwork(network)
  await fake.fleet.ensureNode(node)
  fake.pause(node.nodeId)
  expect(await fake.fleet.observeNode(node, 100)).toMatchObject({ kind: 'frozen' })
  fake.resume(node.nodeId)
  expect(await fake.fleet.observeNode(node, 1_000)).toMatchObject({ kind: 'serving' })
})

test('what stands already costs no mutating call', async () => {
  const fake = makeFake()
  await fake.fleet.ensureNetwork(network)
  await fake.fleet.ensureNode(node)
  const before = fake.mutations()
  await fake.fleet.ensureNetwork(network)
  await fake.fleet.ensureNode(node)
  expect(fake.mutations()).toBe(before)
})

test('a seed decides everything', async () => {
  const run = async (seed: number) => {
    const fake = makeFake(seed)
    fake.faults.rates = { lostBefore: 0.2, lostAfter: 0.2, delayed: 0.1, maxDelayMs: 9_000 }
    const answers: unknown[] = []
    for (let round = 0; round < 20; round += 1) {
      answers.push(await fake.fleet.ensureNetwork(network), await fake.fleet.ensureNode(node))
    }
    return JSON.stringify([answers, fake.counters(), fake.world()[0]?.containers])
  }
  expect(await run(3)).toBe(await run(3))
  expect(await run(3)).not.toBe(await run(4))
})
