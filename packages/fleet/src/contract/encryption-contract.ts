import type { NodeSpec } from '@cacheplane/domain'
import { describe, expect, vi } from 'vitest'
import type { ContractVariant } from './contract-bench.ts'
import { sourceOf } from './replication-contract.ts'
import { benchTest, serving, standUp, type OpenBench } from './with-bench.ts'

const READY = { kind: 'ready' }
const SOON = { timeout: 15_000, interval: 100 }

/** What a group relies on whose nodes come to TLS, or go from it, one after the other. */
export function encryptionContract(openBench: OpenBench, variant: ContractVariant): void {
  const base = { ...variant, authToken: null }
  const off = { ...base, tls: false }
  const both = { ...base, tls: true, takesBoth: true }

  describe('nodes that take TLS beside plain text', () => {
    benchTest(
      'are copied over TLS by those who can, and in plain text by others',
      openBench,
      async (bench) => {
        const { network, node: primary } = await standUp(bench, both)
        await serving(bench, primary)
        expect(await bench.fleet.openNode(primary)).toEqual(READY)
        for (const [kind, port] of [
          [off, primary.plainPort],
          [both, primary.port],
          [{ ...base, tls: true }, primary.port],
        ] as const) {
          const replica = bench.freshNode(network, kind)
          expect(await bench.fleet.ensureNode(replica)).toEqual(READY)
          expect(await follow(replica, primary)).toBe(port)
        }

        async function follow(replica: NodeSpec, source: NodeSpec): Promise<number | undefined> {
          await serving(bench, replica)
          expect(await bench.fleet.followPrimary(replica, sourceOf(source))).toEqual(READY)
          return vi.waitFor(async () => {
            const { link } = (await serving(bench, replica)).replication
            expect(link).toMatchObject({ up: true, syncing: false })
            return link?.source.port
          }, SOON)
        }
      },
    )

    benchTest('copy a primary that takes plain text alone', openBench, async (bench) => {
      const { network, node: primary } = await standUp(bench, off)
      await serving(bench, primary)
      expect(await bench.fleet.openNode(primary)).toEqual(READY)
      const replica = bench.freshNode(network, both)
      expect(await bench.fleet.ensureNode(replica)).toEqual(READY)
      await serving(bench, replica)
      expect(await bench.fleet.followPrimary(replica, sourceOf(primary))).toEqual(READY)
      await vi.waitFor(async () => {
        expect((await serving(bench, replica)).replication.link).toMatchObject({ up: true, syncing: false })
      }, SOON)
    })
  })
}
