import type { NetworkSpec, NodeReading, NodeSpec } from '@cacheplane/domain'
import { expect, test } from 'vitest'
import type { ContractBench, ContractVariant } from './contract-bench.ts'

export type OpenBench = () => Promise<ContractBench>

/** A test on a bench of its own, which is taken down whatever happens. */
export function benchTest(
  title: string,
  openBench: OpenBench,
  body: (bench: ContractBench) => Promise<void>,
) {
  test(title, async () => {
    const bench = await openBench()
    try {
      await body(bench)
    } finally {
      await bench.close()
    }
  })
}

const READY = { kind: 'ready' }
const PATIENCE_MS = 10_000

/** A network with one running node. */
export async function standUp(
  { fleet, freshNetwork, freshNode }: ContractBench,
  variant: ContractVariant,
): Promise<{ network: NetworkSpec; node: NodeSpec }> {
  const network = freshNetwork()
  const node = freshNode(network, variant)
  expect(await fleet.ensureNetwork(network)).toEqual(READY)
  expect(await fleet.ensureNode(node)).toEqual(READY)
  return { network, node }
}

export async function serving({ fleet }: ContractBench, node: NodeSpec) {
  const reading: NodeReading = await fleet.observeNode(node, PATIENCE_MS)
  expect(reading).toMatchObject({ kind: 'serving' })
  if (reading.kind !== 'serving') throw new Error('checked above')
  return reading
}

export async function objectsOf({ fleet, engineId }: ContractBench, ownerId: string) {
  const found = await fleet.inventory(engineId)
  if (found.kind !== 'known') throw new Error(found.because)
  return found.objects.filter((object) => object.ownerId === ownerId)
}
