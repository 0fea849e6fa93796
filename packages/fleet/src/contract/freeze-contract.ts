import { describe, expect, vi } from 'vitest'
import { variantTitle, type ContractBench, type ContractVariant } from './contract-bench.ts'
import { benchTest, objectsOf, serving, standUp, type OpenBench } from './with-bench.ts'

const READY = { kind: 'ready' }
const DEAD = { kind: 'refused', refusal: 'dead' }
const EXAMINE_MS = 400

/** What an outage of an availability zone relies on. */
export function freezeContract(openBench: OpenBench, variant: ContractVariant): void {
  describe(`freezing ${variantTitle(variant)}`, () => {
    benchTest('a frozen node serves nobody, and is thawed as it was', openBench, async (bench) => {
      const { node } = await standUp(bench, variant)
      const { runId } = await serving(bench, node)
      expect(await bench.fleet.freezeNode(node)).toEqual(READY)
      expect(await bench.fleet.freezeNode(node)).toEqual(READY)
      expect(await bench.fleet.examineNode(node, EXAMINE_MS)).toMatchObject({ kind: 'frozen' })
      expect(await bench.fleet.thawNode(node)).toEqual(READY)
      expect(await bench.fleet.thawNode(node)).toEqual(READY)
      expect((await serving(bench, node)).runId).toBe(runId)
    })

    benchTest('a node that was fenced while it was frozen stays dead', openBench, async (bench) => {
      const { node } = await standUp(bench, variant)
      await serving(bench, node)
      expect(await bench.fleet.freezeNode(node)).toEqual(READY)
      expect(await bench.fleet.fenceNode(node)).toMatchObject({ kind: 'fenced' })
      // An engine may say for a moment that the dead are paused.
      await vi.waitFor(async () => expect(await bench.fleet.thawNode(node)).toMatchObject(DEAD), {
        timeout: 10_000,
        interval: 50,
      })
      expect(await stateOf(bench, node.nodeId)).toBe('exited')
      expect(await bench.fleet.freezeNode(node)).toMatchObject(DEAD)
    })

    benchTest('a frozen container of another incarnation is left alone', openBench, async (bench) => {
      const { node } = await standUp(bench, variant)
      await serving(bench, node)
      const next = { ...node, incarnation: node.incarnation + 1 }
      expect(await bench.fleet.freezeNode(next)).toMatchObject(DEAD)
      expect(await stateOf(bench, node.nodeId)).toBe('running')
      expect(await bench.fleet.freezeNode(node)).toEqual(READY)
      expect(await bench.fleet.thawNode(next)).toMatchObject(DEAD)
      expect(await stateOf(bench, node.nodeId)).toBe('paused')
    })

    benchTest('a frozen node is removed like any other', openBench, async (bench) => {
      const { node } = await standUp(bench, variant)
      expect(await bench.fleet.freezeNode(node)).toEqual(READY)
      expect(await bench.fleet.removeNode(node)).toEqual({ kind: 'gone' })
      expect(await objectsOf(bench, node.nodeId)).toEqual([])
    })
  })
}

async function stateOf(bench: ContractBench, nodeId: string): Promise<string | null | undefined> {
  const found = await objectsOf(bench, nodeId)
  return found.find(({ kind }) => kind === 'container')?.state
}
