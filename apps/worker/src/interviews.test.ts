import type { Clock, NodeReading, NodeSubject } from '@cacheplane/domain'
import { expect, it } from 'vitest'
import { aNode, aNodeSubject, aServingReading } from '../../../test/support/builders.ts'
import { Interviews } from './interviews.ts'

const SERVING = aServingReading()

function setUp(reading: (nodeId: string) => NodeReading = () => SERVING, drift: string[] = []) {
  let nowMs = 0
  const asked: string[] = []
  const checkups: string[] = []
  const raised: string[] = []
  const events: string[] = []
  const clock: Clock = { now: () => new Date(nowMs), monotonicMs: () => nowMs, sleep: async () => undefined }
  const interviews = new Interviews({
    clock,
    doorbell: { ring: async () => undefined },
    estate: {
      raise: async (kind, id, signal) => (raised.push(`${kind} ${id} ${signal}`), null),
      recordEvent: async (_, { because }) => void events.push(because ?? ''),
      requestCheckup: async (nodeId) => (checkups.push(nodeId), null),
    },
    nodes: { loadNode: async (id): Promise<NodeSubject> => aNodeSubject({ node: aNode({ id }) }) },
    fleet: {
      observeNode: async ({ nodeId }) => (asked.push(nodeId), reading(nodeId)),
      findDrift: async () => drift,
    },
  })
  const round = async (nodeIds: readonly string[]): Promise<string[]> => {
    asked.length = 0
    nowMs += 5_000
    await interviews.hold('engine-1', nodeIds)
    return [...asked]
  }
  return { round, checkups, raised, events }
}

const nodes = (count: number): string[] => Array.from({ length: count }, (_, i) => `node-${i}`)

it('asks every node of a large engine in turn, and none twice before all were asked', async () => {
  const { round } = setUp()
  const asked = [await round(nodes(50)), await round(nodes(50)), await round(nodes(50))]
  expect(asked.map((one) => one.length)).toEqual([20, 20, 10])
  expect(new Set(asked.flat()).size).toBe(50)
})

it('leaves a node in peace for half a minute, and asks a new one at once', async () => {
  const { round } = setUp()
  const asked: number[] = []
  for (let i = 0; i < 8; i += 1) asked.push((await round(nodes(2))).length)
  expect(asked).toEqual([2, 0, 0, 0, 0, 0, 2, 0])
  expect(await round(nodes(3))).toEqual(['node-2'])
})

it('asks for a checkup of a node that is closed, dead or frozen, and of no other', async () => {
  const readings: Record<string, NodeReading> = {
    'node-0': { ...SERVING, open: false },
    'node-1': { kind: 'dead', because: 'its container is gone' },
    'node-2': { kind: 'unknown', because: 'the engine does not answer' },
    'node-3': { kind: 'starting', because: 'it is loading' },
    'node-4': { kind: 'frozen', because: 'its container is cut off from its network' },
  }
  const { round, checkups } = setUp((nodeId) => readings[nodeId] ?? SERVING)
  await round(nodes(6))
  expect(checkups).toEqual(['node-0', 'node-1', 'node-4'])
})

it('has a node that was told something by hand told what is right, by its node group', async () => {
  const { round, raised, events } = setUp(() => SERVING, ['maxmemory-policy'])
  await round(['node-1'])
  expect(raised).toEqual(['node-group ng-aaaaaaaaaaaaaaaa configure'])
  expect(events).toEqual(['maxmemory-policy'])
})
