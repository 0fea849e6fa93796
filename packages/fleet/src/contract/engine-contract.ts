import { describe, expect } from 'vitest'
import { variantTitle, type ContractVariant } from './contract-bench.ts'
import { benchTest, serving, standUp, type OpenBench } from './with-bench.ts'

export function engineContract(openBench: OpenBench, variant: ContractVariant): void {
  const { engine, engineVersion } = variant
  const isMemcached = engine === 'memcached'

  describe(variantTitle(variant), () => {
    benchTest('the node says that it runs what was ordered', openBench, async (bench) => {
      const { node } = await standUp(bench, variant)
      const reading = await serving(bench, node)
      expect(reading.version === engineVersion || reading.version.startsWith(`${engineVersion}.`)).toBe(true)
      expect(reading.role).toBe(isMemcached ? 'none' : 'primary')
      expect(reading.maxmemoryBytes).toBe(
        isMemcached ? node.limits.itemMemoryMb * 1_048_576 : node.limits.maxmemoryBytes,
      )
      expect(reading.runId).not.toBe('')
    })

    benchTest('the node boots closed and stays open once opened', openBench, async (bench) => {
      const { node } = await standUp(bench, variant)
      expect((await serving(bench, node)).open).toBe(isMemcached)
      expect(await bench.fleet.openNode(node)).toEqual({ kind: 'ready' })
      expect(await bench.fleet.openNode(node)).toEqual({ kind: 'ready' })
      expect(await bench.fleet.ensureNode(node)).toEqual({ kind: 'ready' })
      expect((await serving(bench, node)).open).toBe(true)
    })
  })
}
