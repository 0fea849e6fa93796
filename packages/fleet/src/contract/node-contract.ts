import { describe, expect } from 'vitest'
import type { ContractVariant } from './contract-bench.ts'
import { benchTest, objectsOf, serving, standUp, type OpenBench } from './with-bench.ts'

const READY = { kind: 'ready' }
const DEAD = { kind: 'refused', refusal: 'dead' }

export function nodeContract(openBench: OpenBench, variant: ContractVariant): void {
  describe('nodes', () => {
    beingOne(openBench, variant)
    dying(openBench, variant)
    succession(openBench, variant)
    refusals(openBench, variant)
    absence(openBench, variant)
  })
}

function beingOne(openBench: OpenBench, variant: ContractVariant): void {
  benchTest('a node made twice is one process', openBench, async (bench) => {
    const { node } = await standUp(bench, variant)
    const { runId } = await serving(bench, node)
    expect(await bench.fleet.ensureNode(node)).toEqual(READY)
    expect((await serving(bench, node)).runId).toBe(runId)
    const containers = (await objectsOf(bench, node.nodeId)).filter(({ kind }) => kind === 'container')
    expect(containers).toMatchObject([{ incarnation: 1, state: 'running' }])
  })

  benchTest('two workers who make one node at once make one process', openBench, async (bench) => {
    const network = bench.freshNetwork()
    const node = bench.freshNode(network, variant)
    await bench.fleet.ensureNetwork(network)
    await Promise.all([bench.fleet.ensureNode(node), bench.fleet.ensureNode(node)])
    expect(await bench.fleet.ensureNode(node)).toEqual(READY)
    await serving(bench, node)
    const containers = (await objectsOf(bench, node.nodeId)).filter(({ kind }) => kind === 'container')
    expect(containers).toHaveLength(1)
  })
}

function dying(openBench: OpenBench, variant: ContractVariant): void {
  benchTest('a node that died is never started again', openBench, async (bench) => {
    const { node } = await standUp(bench, variant)
    await serving(bench, node)
    await bench.kill(node.nodeId)
    expect(await bench.fleet.observeNode(node, 0)).toMatchObject({ kind: 'dead' })
    expect(await bench.fleet.ensureNode(node)).toMatchObject(DEAD)
    expect(await bench.fleet.openNode(node)).toMatchObject(DEAD)
    expect(await bench.fleet.observeNode(node, 0)).toMatchObject({ kind: 'dead' })
  })

  benchTest('a node whose container is gone is dead, not starting', openBench, async (bench) => {
    const { node } = await standUp(bench, variant)
    await bench.vanish(node.nodeId)
    expect(await bench.fleet.observeNode(node, 0)).toMatchObject({ kind: 'dead' })
    expect(await bench.fleet.openNode(node)).toMatchObject(DEAD)
  })
}

function succession(openBench: OpenBench, variant: ContractVariant): void {
  benchTest(
    'the next incarnation takes the place and the port of the one before',
    openBench,
    async (bench) => {
      const { node } = await standUp(bench, variant)
      const first = await serving(bench, node)
      const next = { ...node, incarnation: 2, ip: node.ip.replace(/\.\d+$/, '.14') }
      expect(await bench.fleet.ensureNode(next)).toEqual(READY)
      expect((await serving(bench, next)).runId).not.toBe(first.runId)
      const objects = await objectsOf(bench, node.nodeId)
      expect(new Set(objects.map(({ incarnation }) => incarnation))).toEqual(new Set([2]))
    },
  )

  benchTest('a late worker does not bring an earlier incarnation back', openBench, async (bench) => {
    const { node } = await standUp(bench, { ...variant })
    const next = { ...node, incarnation: 2 }
    expect(await bench.fleet.ensureNode(next)).toEqual(READY)
    expect(await bench.fleet.ensureNode(node)).toMatchObject(DEAD)
    await serving(bench, next)
  })

  benchTest("a node refuses another node's control user", openBench, async (bench) => {
    const { network, node } = await standUp(bench, variant)
    await serving(bench, node)
    const impostor = { ...bench.freshNode(network, variant), ip: node.ip, port: node.port }
    expect(await bench.fleet.openNode(impostor)).toMatchObject({ kind: 'refused', refusal: 'not-ours' })
    expect(await bench.fleet.observeNode(impostor, 0)).toMatchObject({ kind: 'unknown' })
    expect(await serving(bench, node)).toMatchObject({ open: false })
  })
}

function refusals(openBench: OpenBench, variant: ContractVariant): void {
  benchTest('a port of the host that is taken is refused, and nothing stays', openBench, async (bench) => {
    const network = bench.freshNetwork()
    const node = bench.freshNode(network, variant)
    await bench.fleet.ensureNetwork(network)
    await bench.occupyPort(node.port)
    expect(await bench.fleet.ensureNode(node)).toMatchObject({ kind: 'refused', refusal: 'port-taken' })
    expect(await objectsOf(bench, node.nodeId)).toEqual([])
  })

  benchTest('a port of another node is refused, and nothing stays', openBench, async (bench) => {
    const { network, node } = await standUp(bench, variant)
    const other = { ...bench.freshNode(network, variant), port: node.port }
    expect(await bench.fleet.ensureNode(other)).toMatchObject({ kind: 'refused', refusal: 'port-taken' })
    expect(await objectsOf(bench, other.nodeId)).toEqual([])
  })

  benchTest('an address of another node is refused, and nothing stays', openBench, async (bench) => {
    const { network, node } = await standUp(bench, variant)
    const other = { ...bench.freshNode(network, variant), ip: node.ip }
    expect(await bench.fleet.ensureNode(other)).toMatchObject({ kind: 'refused', refusal: 'address-taken' })
    expect(await objectsOf(bench, other.nodeId)).toEqual([])
  })

  benchTest('a version without an image is refused', openBench, async (bench) => {
    const network = bench.freshNetwork()
    const node = { ...bench.freshNode(network, variant), engineVersion: '99.0' }
    await bench.fleet.ensureNetwork(network)
    expect(await bench.fleet.ensureNode(node)).toMatchObject({ kind: 'refused', refusal: 'image-missing' })
    expect(await objectsOf(bench, node.nodeId)).toEqual([])
  })
}

function absence(openBench: OpenBench, variant: ContractVariant): void {
  benchTest(
    'a node whose network is missing does not run until the network is there',
    openBench,
    async (bench) => {
      const network = bench.freshNetwork()
      const node = bench.freshNode(network, variant)
      expect(await bench.fleet.ensureNode(node)).toMatchObject({ kind: 'unknown' })
      const left = await objectsOf(bench, node.nodeId)
      expect(left.filter((object) => object.kind === 'container' && object.state !== 'created')).toEqual([])
      expect(await bench.fleet.ensureNetwork(network)).toEqual({ kind: 'ready' })
      expect(await bench.fleet.ensureNode(node)).toEqual({ kind: 'ready' })
      expect(await bench.fleet.observeNode(node, 10_000)).toMatchObject({ kind: 'serving' })
    },
  )

  benchTest('a node removed twice, or never made, is gone', openBench, async (bench) => {
    const { node } = await standUp(bench, variant)
    expect(await bench.fleet.removeNode(node)).toEqual({ kind: 'gone' })
    expect(await bench.fleet.removeNode(node)).toEqual({ kind: 'gone' })
    expect(await objectsOf(bench, node.nodeId)).toEqual([])
  })

  benchTest('a call for an engine that is not configured changes nothing', openBench, async (bench) => {
    const network = { ...bench.freshNetwork(), engineId: 'nowhere' }
    expect(await bench.fleet.ensureNetwork(network)).toMatchObject({ kind: 'unknown' })
    expect(await bench.fleet.inventory('nowhere')).toMatchObject({ kind: 'unknown' })
  })
}
