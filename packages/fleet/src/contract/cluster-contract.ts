import type { ClusterView, NodeSpec, PeerTarget, ReplicationSource, SlotRange } from '@cacheplane/domain'
import { describe, expect, vi } from 'vitest'
import { variantTitle, type ContractBench, type ContractVariant } from './contract-bench.ts'
import { benchTest, serving, standUp, type OpenBench } from './with-bench.ts'

const READY = { kind: 'ready' }
const SOON = { timeout: 15_000, interval: 50 }
const LOW: SlotRange = { from: 0, to: 8191 }
const HIGH: SlotRange = { from: 8192, to: 16383 }

/** What a cluster is made of, and what a change of primary in it relies on, of every version that has cluster mode. */
export function clusterContract(openBench: OpenBench, variant: ContractVariant): void {
  describe(`a cluster of ${variantTitle(variant)}`, () => {
    benchTest(
      'nodes that were introduced see one cluster, and a replica takes over the slots of its lost primary',
      openBench,
      async (bench) => {
        const { fleet } = bench
        const { primary, replica, other } = await cluster(bench, variant)
        await vi.waitFor(async () => {
          for (const node of [primary, replica, other]) await seesAll(bench, node, primary, replica, other)
          for (const node of [primary, replica]) expect((await view(bench, node)).isServing).toBe(true)
        }, SOON)
        const { historyId } = (await serving(bench, replica)).replication
        const [lostId, heirId] = [await idOf(bench, primary), await idOf(bench, replica)]

        expect(await fleet.fenceNode(primary)).toMatchObject({ kind: 'fenced' })
        expect(await fleet.promoteNode(replica)).toEqual(READY)
        expect(await fleet.promoteNode(replica)).toEqual(READY)
        const promoted = await serving(bench, replica)
        expect(promoted).toMatchObject({ role: 'primary', replication: { formerHistoryId: historyId } })
        await vi.waitFor(async () => expect(slotsOf(await view(bench, other), heirId)).toEqual([LOW]), SOON)

        for (const node of [replica, other, other])
          expect(await fleet.forgetPeers(node, [lostId])).toEqual(READY)
        for (const node of [replica, other])
          expect((await view(bench, node)).peers.map(({ id }) => id)).not.toContain(lostId)
      },
    )

    benchTest(
      'held writes leave clients and replicas where they are, and go on when they may',
      openBench,
      async (bench) => {
        const { primary, replica, other } = await cluster(bench, variant)
        // Who has not met the new primary is not told of it.
        await vi.waitFor(async () => {
          for (const node of [primary, replica, other]) await seesAll(bench, node, primary, replica, other)
        }, SOON)
        expect(await bench.fleet.holdWrites(primary, 5_000)).toEqual(READY)
        expect(await serving(bench, primary)).toMatchObject({ open: true, role: 'primary' })
        expect((await serving(bench, replica)).replication.link?.up).toBe(true)
        expect(await bench.fleet.promoteNode(replica)).toEqual(READY)
        await vi.waitFor(async () => expect((await serving(bench, primary)).role).toBe('replica'), SOON)
        expect(await bench.fleet.holdWrites(primary, 0)).toEqual(READY)
      },
    )

    benchTest(
      'slots are claimed once, by a primary that knows nobody as well as by one that came later',
      openBench,
      async (bench) => {
        const { primary, other } = await cluster(bench, variant)
        await vi.waitFor(
          async () => expect(slotsOf(await view(bench, other), await idOf(bench, primary))).toEqual([LOW]),
          SOON,
        )
        expect(await bench.fleet.claimSlots(primary, [LOW], 9)).toEqual(READY)
        expect(await bench.fleet.claimSlots(other, [LOW], 9)).toMatchObject({ kind: 'unknown' })
        expect(slotsOf(await view(bench, other), await idOf(bench, other))).toEqual([])
        expect(await bench.fleet.claimSlots(other, [HIGH], 9)).toEqual(READY)
        const epochs = (await view(bench, other)).peers
          .filter(({ slots }) => slots.length > 0)
          .map(({ epoch }) => epoch)
        expect(new Set(epochs).size).toBe(2)
      },
    )
  })
}

/** A shard with the lower half of the slots, a primary without any, and everybody introduced. */
async function cluster(bench: ContractBench, plain: ContractVariant) {
  const variant = { ...plain, inCluster: true }
  const { network, node: primary } = await standUp(bench, variant)
  const [replica, other] = [bench.freshNode(network, variant), bench.freshNode(network, variant)]
  for (const node of [replica, other]) expect(await bench.fleet.ensureNode(node)).toEqual(READY)
  for (const node of [primary, replica, other]) await serving(bench, node)
  expect(await bench.fleet.claimSlots(primary, [LOW], 1)).toEqual(READY)
  expect(await bench.fleet.openNode(primary)).toEqual(READY)
  const source = await sourceOf(bench, primary)
  await vi.waitFor(async () => {
    expect(await bench.fleet.followPrimary(replica, source)).toEqual(READY)
    expect(await bench.fleet.observeNode(replica, 0)).toMatchObject({
      replication: { link: { up: true, syncing: false } },
    })
  }, SOON)
  expect(await bench.fleet.openNode(replica)).toEqual(READY)
  expect(await bench.fleet.introduceNode(other, [primary, replica].map(peer))).toEqual(READY)
  return { primary, replica, other }
}

async function seesAll(
  bench: ContractBench,
  node: NodeSpec,
  primary: NodeSpec,
  replica: NodeSpec,
  other: NodeSpec,
): Promise<void> {
  const seen = await view(bench, node)
  const [primaryId, replicaId] = [await idOf(bench, primary), await idOf(bench, replica)]
  expect(seen.id).toBe(await idOf(bench, node))
  expect(seen.peers.map(({ id }) => id).sort()).toEqual(
    [primaryId, replicaId, await idOf(bench, other)].sort(),
  )
  expect(seen.peers.every(({ isLinked }) => isLinked)).toBe(true)
  expect(seen.peers.find(({ id }) => id === replicaId)).toMatchObject({ role: 'replica', primaryId })
  expect(seen.peers.find(({ id }) => id === primaryId)?.at.port).toBe(primary.port)
  expect(slotsOf(seen, primaryId)).toEqual([LOW])
}

async function view({ fleet }: ContractBench, node: NodeSpec): Promise<ClusterView> {
  const reading = await fleet.readCluster(node)
  if (reading.kind !== 'known') throw new Error(reading.because)
  return reading.view
}

async function idOf(bench: ContractBench, node: NodeSpec): Promise<string> {
  return (await serving(bench, node)).clusterNodeId ?? ''
}

function slotsOf({ peers }: ClusterView, id: string): readonly SlotRange[] | undefined {
  return peers.find((one) => one.id === id)?.slots
}

function peer({ engineId, ip, address, port, tls, plainPort, busPort }: NodeSpec): PeerTarget {
  return { engineId, ip, address, port, tls, plainPort, busPort: busPort ?? 0 }
}

async function sourceOf(bench: ContractBench, node: NodeSpec): Promise<ReplicationSource> {
  const { nodeGroupId, busPort } = node
  const inCluster = { clusterNodeId: await idOf(bench, node), busPort: busPort ?? 0 }
  return { target: peer(node), nodeGroupId: nodeGroupId ?? '', inCluster }
}
