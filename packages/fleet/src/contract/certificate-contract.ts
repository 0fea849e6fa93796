import { setTimeout as sleep } from 'node:timers/promises'
import type { Fleet, NodeRef } from '@cacheplane/domain'
import { describe, expect } from 'vitest'
import { variantTitle, type ContractVariant } from './contract-bench.ts'
import { benchTest, serving, standUp, type OpenBench } from './with-bench.ts'

/** What the renewal of certificates relies on; of a fleet's variants the first without TLS and the first with it say the rest. */
export function certificateContract(
  openBench: OpenBench,
  variants: readonly [ContractVariant, ...ContractVariant[]],
): void {
  describe('certificates', () => {
    const secured = variants.filter(({ tls }) => tls)
    for (const variant of secured) renewal(openBench, variant)
    absence(openBench, variants[0], secured[0] ?? variants[0])
  })
}

function renewal(openBench: OpenBench, variant: ContractVariant): void {
  const title = `${variantTitle(variant)}: a running node shows another one, and keeps its connections`
  benchTest(title, openBench, async (bench) => {
    const { fleet } = bench
    const { node } = await standUp(bench, variant)
    const { runId } = await serving(bench, node)
    const held = variant.engine === 'memcached' ? null : await hold(fleet, node)
    const before = await fleet.certificateOf(node)
    expect(before).not.toBeNull()
    expect(await fleet.renewCertificate(node)).toEqual({ kind: 'ready' })
    const after = await fleet.certificateOf(node)
    expect(after?.serialNumber).toMatch(/^[0-9A-Fa-f]+$/)
    expect(after?.serialNumber).not.toBe(before?.serialNumber)
    expect((await serving(bench, node)).runId).toBe(runId)
    expect(await held?.()).toEqual(held === null ? undefined : [])
  })
}

function absence(openBench: OpenBench, plain: ContractVariant, secured: ContractVariant): void {
  benchTest('a node without TLS has none', openBench, async (bench) => {
    const { node } = await standUp(bench, { ...plain, tls: false, authToken: null })
    await serving(bench, node)
    expect(await bench.fleet.certificateOf(node)).toBeNull()
  })

  benchTest('a node that is gone has none, and is given none', openBench, async (bench) => {
    const { fleet } = bench
    const { node } = await standUp(bench, secured)
    await fleet.removeNode(node)
    expect(await fleet.certificateOf(node)).toBeNull()
    expect(await fleet.renewCertificate(node)).toMatchObject({ kind: 'refused', refusal: 'dead' })
  })
}

/** Longer than a held connection goes without a word. */
const HELD_MS = 600

/** Has a connection held all the while; what is returned ends that, and tells what befell it. */
async function hold(fleet: Fleet, node: NodeRef): Promise<() => Promise<string[]>> {
  const troubles: string[] = []
  const stop = fleet.probeNode(node, (because) => void troubles.push(because))
  await sleep(HELD_MS)
  return async () => {
    await sleep(HELD_MS)
    stop?.()
    return troubles
  }
}
