import type { FleetObject, NodeChange } from '@cacheplane/domain'
import { describe, expect, vi } from 'vitest'
import type { ContractVariant } from './contract-bench.ts'
import { benchTest, objectsOf, serving, standUp, type OpenBench } from './with-bench.ts'

export function orphanContract(openBench: OpenBench, variant: ContractVariant): void {
  describe('inventory and orphans', () => {
    counting(openBench, variant)
    strangers(openBench, variant)
    hearing(openBench, variant)
  })
}

function counting(openBench: OpenBench, variant: ContractVariant): void {
  benchTest('the inventory names all that was made and nothing else', openBench, async (bench) => {
    const foreign = await bench.addForeignContainer()
    const { network, node } = await standUp(bench, variant)
    const found = await bench.fleet.inventory(bench.engineId)
    if (found.kind !== 'known') throw new Error(found.because)
    expect(found.objects.map(({ ownerId }) => ownerId).sort()).toEqual(
      expect.arrayContaining([network.networkId, node.nodeId]),
    )
    expect(found.objects.every(({ ownerId }) => [network.networkId, node.nodeId].includes(ownerId))).toBe(
      true,
    )
    expect(found.objects.map(({ name }) => name)).not.toContain(foreign)
  })

  benchTest('orphans are removed, and removing them again is no error', openBench, async (bench) => {
    const { network, node } = await standUp(bench, variant)
    const order = { container: 0, volume: 1, network: 2 }
    const objects = [...(await objectsOf(bench, node.nodeId)), ...(await objectsOf(bench, network.networkId))]
    for (const object of objects.sort((a, b) => order[a.kind] - order[b.kind])) {
      expect(await bench.fleet.removeOrphan(object)).toEqual({ kind: 'gone' })
      expect(await bench.fleet.removeOrphan(object)).toEqual({ kind: 'gone' })
    }
    expect(await objectsOf(bench, node.nodeId)).toEqual([])
    expect(await objectsOf(bench, network.networkId)).toEqual([])
  })
}

function strangers(openBench: OpenBench, variant: ContractVariant): void {
  benchTest("a stranger's container is never touched", openBench, async (bench) => {
    const name = await bench.addForeignContainer()
    const before = await bench.stateOf(name)
    const disguised: FleetObject = {
      kind: 'container',
      engineId: bench.engineId,
      ref: name,
      name,
      ownerId: 'node-disguised',
      incarnation: 1,
      state: 'running',
      createdAt: null,
    }
    await bench.fleet.removeOrphan(disguised)
    expect(before).not.toBeNull()
    expect(await bench.stateOf(name)).toBe(before)
  })

  benchTest("another installation's objects are neither seen nor removed", openBench, async (bench) => {
    const { node } = await standUp(bench, variant)
    await serving(bench, node)
    const seen = await bench.neighbour.inventory(bench.engineId)
    expect(seen).toEqual({ kind: 'known', objects: [] })
    for (const object of await objectsOf(bench, node.nodeId)) await bench.neighbour.removeOrphan(object)
    await bench.neighbour.removeNode(node)
    await serving(bench, node)
  })
}

function hearing(openBench: OpenBench, variant: ContractVariant): void {
  benchTest('whoever watches hears of a death', openBench, async (bench) => {
    const { node } = await standUp(bench, variant)
    await serving(bench, node)
    const heard: NodeChange[] = []
    const stop = bench.fleet.watch((change) => heard.push(change))
    try {
      await vi.waitFor(
        async () => {
          await bench.kill(node.nodeId)
          expect(heard).toContainEqual({
            engineId: bench.engineId,
            of: 'node',
            ownerId: node.nodeId,
            incarnation: 1,
            change: 'died',
          })
        },
        { timeout: 10_000, interval: 100 },
      )
    } finally {
      stop()
    }
  })

  benchTest('a survey tells what the engine has', openBench, async (bench) => {
    const reports = await bench.fleet.survey()
    const report = reports.find(({ engineId }) => engineId === bench.engineId)
    expect(report?.reachable).toBe(true)
    expect(report?.zones.length).toBeGreaterThan(0)
    expect(report?.cpus).toBeGreaterThan(0)
    expect(report?.memoryBytes).toBeGreaterThan(0)
  })
}
