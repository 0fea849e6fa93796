import type { DiscoveryList } from '@cacheplane/domain'
import { describe, expect } from 'vitest'
import type { ContractBench } from './contract-bench.ts'
import { benchTest, type OpenBench } from './with-bench.ts'

const READY = { kind: 'ready' }

const listOf = (version: number, ...ports: number[]): DiscoveryList => ({
  clusterId: 'cc-contract',
  version,
  engineVersion: '1.6.38',
  nodes: ports.map((port) => ({ address: '127.0.0.1', port })),
})

async function standUpEdge(bench: ContractBench) {
  const edge = bench.freshEdge('discovery')
  expect(await bench.fleet.ensureEdge(edge)).toEqual(READY)
  const [one, two] = edge.slots.map(({ primaryPort }) => primaryPort)
  return { edge, one: one ?? 0, two: two ?? 0 }
}

export function discoveryContract(openBench: OpenBench): void {
  describe('configuration endpoints', () => {
    benchTest('show nothing at first, then their own list, and the next one', openBench, async (bench) => {
      const { edge, one, two } = await standUpEdge(bench)
      expect(await bench.discover(one)).toBeNull()
      expect(await bench.fleet.publishList(edge, 0, listOf(1, 7001))).toEqual(READY)
      expect(await bench.fleet.publishList(edge, 0, listOf(1, 7001))).toEqual(READY)
      expect(await bench.discover(one)).toEqual({ version: 1, nodes: ['127.0.0.1|127.0.0.1|7001'] })
      expect(await bench.discover(two)).toBeNull()
      expect(await bench.fleet.publishList(edge, 0, listOf(2, 7001, 7002))).toEqual(READY)
      expect(await bench.discover(one)).toEqual({
        version: 2,
        nodes: ['127.0.0.1|127.0.0.1|7001', '127.0.0.1|127.0.0.1|7002'],
      })
      expect(await bench.fleet.publishList(edge, 0, null)).toEqual(READY)
      expect(await bench.discover(one)).toBeNull()
    })

    benchTest('never go back to an earlier list of the same cluster', openBench, async (bench) => {
      const { edge, one } = await standUpEdge(bench)
      expect(await bench.fleet.publishList(edge, 0, listOf(8, 7001))).toEqual(READY)
      expect(await bench.fleet.publishList(edge, 0, listOf(7, 7002))).toMatchObject({ kind: 'unknown' })
      expect(await bench.discover(one)).toMatchObject({ version: 8 })
      const next = { ...listOf(1, 7003), clusterId: 'cc-next' }
      expect(await bench.fleet.publishList(edge, 0, next)).toEqual(READY)
      expect(await bench.discover(one)).toMatchObject({ version: 1 })
    })

    benchTest('are told again what to show after their edge was lost', openBench, async (bench) => {
      const { edge, one } = await standUpEdge(bench)
      expect(await bench.fleet.publishList(edge, 0, listOf(3, 7001))).toEqual(READY)
      await bench.kill(edge.edgeId)
      expect(await bench.fleet.publishList(edge, 0, listOf(3, 7001))).toMatchObject({ refusal: 'dead' })
      const next = { ...edge, incarnation: 2 }
      expect(await bench.fleet.ensureEdge(next)).toEqual(READY)
      expect(await bench.discover(one)).toBeNull()
      expect(await bench.fleet.publishList(next, 0, listOf(3, 7001))).toEqual(READY)
      expect(await bench.discover(one)).toMatchObject({ version: 3 })
    })
  })
}
