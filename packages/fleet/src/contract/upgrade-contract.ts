import { canFollow, type Engine } from '@cacheplane/domain'
import { describe, expect, vi } from 'vitest'
import type { ContractBench } from './contract-bench.ts'
import { sourceOf } from './replication-contract.ts'
import { benchTest, serving, standUp, type OpenBench } from './with-bench.ts'

const READY = { kind: 'ready' }
const COPIED = { timeout: 10_000, interval: 100 }
/** A version that can copy has done so by then. */
const IN_VAIN = { timeout: 4_000, interval: 100 }

const PAIRS: [Engine, string, Engine, string][] = [
  ['redis', '6.0', 'redis', '7.0'],
  ['redis', '7.0', 'valkey', '8.1'],
  ['redis', '8.0', 'valkey', '8.1'],
]

/** What an upgrade relies on: which version copies which, and that a primary says how much it holds. */
export function upgradeContract(openBench: OpenBench): void {
  describe('upgrades', () => {
    for (const [from, old, to, next] of PAIRS) {
      const mayCopy = canFollow(choice(to, next), choice(from, old))
      benchTest(
        `${to} ${next} ${mayCopy ? 'copies' : 'never copies'} ${from} ${old}`,
        openBench,
        async (bench) => {
          const replicaIsUp = await followed(bench, variant(from, old), variant(to, next))
          if (mayCopy) return vi.waitFor(replicaIsUp, COPIED)
          await expect(vi.waitFor(replicaIsUp, IN_VAIN)).rejects.toThrow()
        },
      )
    }
  })
}

const choice = (engine: Engine, engineVersion: string) => ({ engine, engineVersion, cacheNodeType: '' })
const variant = (engine: Engine, engineVersion: string) => ({
  engine,
  engineVersion,
  tls: false,
  authToken: null,
})
type Variant = ReturnType<typeof variant>

/** An open primary and a replica that was told to follow it; returns what asserts that its copy is complete. */
async function followed(bench: ContractBench, of: Variant, by: Variant): Promise<() => Promise<void>> {
  const { fleet } = bench
  const { network, node: primary } = await standUp(bench, of)
  const replica = bench.freshNode(network, by)
  expect(await fleet.ensureNode(replica)).toEqual(READY)
  expect((await serving(bench, primary)).usedMemoryBytes).toBeGreaterThan(100_000)
  await serving(bench, replica)
  expect(await fleet.openNode(primary)).toEqual(READY)
  expect(await fleet.followPrimary(replica, sourceOf(primary))).toEqual(READY)
  return async () => {
    const reading = await fleet.observeNode(replica, 0)
    expect(reading).toMatchObject({ replication: { link: { up: true, syncing: false } } })
  }
}
