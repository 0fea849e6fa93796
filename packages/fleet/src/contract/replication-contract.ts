import type { NodeReading, NodeSpec, ReplicationSource } from '@cacheplane/domain'
import { describe, expect, vi } from 'vitest'
import { variantTitle, type ContractBench, type ContractVariant } from './contract-bench.ts'
import { benchTest, serving, standUp, type OpenBench } from './with-bench.ts'

const READY = { kind: 'ready' }
const SOON = { timeout: 10_000, interval: 50 }
const EXAMINE_MS = 1_000

/** What a change of primary relies on, of every version of redis and valkey. */
export function replicationContract(openBench: OpenBench, variant: ContractVariant): void {
  describe(`replication of ${variantTitle(variant)}`, () => {
    benchTest(
      'a replica copies a primary only once that is open, and each says what it is',
      openBench,
      async (bench) => {
        const { primary, replica } = await closedPair(bench, variant)
        expect(await bench.fleet.followPrimary(replica, sourceOf(primary))).toEqual(READY)
        await expect(inSync(bench, replica, 1_200)).rejects.toThrow()
        expect(await bench.fleet.openNode(primary)).toEqual(READY)
        await inSync(bench, replica)
        const [leads, follows] = [await serving(bench, primary), await serving(bench, replica)]
        const at = { host: replica.ip, port: replica.port }
        expect(leads).toMatchObject({ role: 'primary', replication: { link: null, replicas: [{ at }] } })
        expect(follows.role).toBe('replica')
        expect(follows.replication.link?.source.port).toBe(primary.port)
        expect(follows.replication.historyId).toBe(leads.replication.historyId)
        expect(await bench.fleet.followPrimary(replica, sourceOf(primary))).toEqual(READY)
        expect((await serving(bench, replica)).replication.link?.up).toBe(true)
      },
    )

    benchTest(
      'a closed node keeps its replicas, and one of them takes over its history',
      openBench,
      async (bench) => {
        const { primary, replica } = await pair(bench, variant)
        expect(await bench.fleet.closeNode(primary)).toEqual(READY)
        expect((await serving(bench, primary)).open).toBe(false)
        const follows = await serving(bench, replica)
        expect(follows.replication.link?.up).toBe(true)
        expect(await bench.fleet.openNode(primary)).toEqual(READY)
        expect((await serving(bench, primary)).open).toBe(true)

        expect(await bench.fleet.promoteNode(replica)).toEqual(READY)
        expect(await bench.fleet.promoteNode(replica)).toEqual(READY)
        const promoted = await serving(bench, replica)
        const { historyId } = follows.replication
        expect(promoted).toMatchObject({
          role: 'primary',
          replication: { link: null, formerHistoryId: historyId },
        })
        expect(promoted.replication.historyId).not.toBe(historyId)
      },
    )

    benchTest(
      'a fence kills what lives and knows what is dead, and so does an examination',
      openBench,
      async (bench) => {
        const { primary, replica } = await pair(bench, variant)
        expect(await bench.fleet.examineNode(replica, EXAMINE_MS)).toMatchObject({ kind: 'serving' })
        expect(await bench.fleet.fenceNode(primary)).toMatchObject({ kind: 'fenced', how: 'killed' })
        expect(await bench.fleet.fenceNode(primary)).toMatchObject({ kind: 'fenced', how: 'was-dead' })
        expect(await bench.fleet.examineNode(primary, EXAMINE_MS)).toMatchObject({ kind: 'dead' })
        expect(await bench.fleet.promoteNode(primary)).toMatchObject({ kind: 'refused', refusal: 'dead' })
        await bench.kill(replica.nodeId)
        await vi.waitFor(
          async () =>
            expect(await bench.fleet.examineNode(replica, EXAMINE_MS)).toMatchObject({ kind: 'dead' }),
          SOON,
        )
      },
    )
  })
}

export function sourceOf({ engineId, ip, port, tls, plainPort, nodeGroupId }: NodeSpec): ReplicationSource {
  return {
    target: { engineId, ip, address: '127.0.0.1', port, tls, plainPort },
    nodeGroupId: nodeGroupId ?? '',
    inCluster: null,
  }
}

async function closedPair(bench: ContractBench, variant: ContractVariant) {
  const { network, node: primary } = await standUp(bench, variant)
  const replica = bench.freshNode(network, variant)
  expect(await bench.fleet.ensureNode(replica)).toEqual(READY)
  await serving(bench, primary)
  await serving(bench, replica)
  return { primary, replica }
}

/** A primary and a replica that has its copy, both open. */
async function pair(bench: ContractBench, variant: ContractVariant) {
  const nodes = await closedPair(bench, variant)
  const { primary, replica } = nodes
  expect(await bench.fleet.openNode(primary)).toEqual(READY)
  expect(await bench.fleet.followPrimary(replica, sourceOf(primary))).toEqual(READY)
  await inSync(bench, replica)
  expect(await bench.fleet.openNode(replica)).toEqual(READY)
  return nodes
}

function inSync({ fleet }: ContractBench, replica: NodeSpec, timeout = SOON.timeout): Promise<NodeReading> {
  return vi.waitFor(
    async () => {
      const reading = await fleet.observeNode(replica, 0)
      expect(reading).toMatchObject({ replication: { link: { up: true, syncing: false } } })
      return reading
    },
    { timeout, interval: SOON.interval },
  )
}
