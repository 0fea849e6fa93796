import type { DrainTarget, NodeSpec, SlotRange } from '@cacheplane/domain'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { ask, cacheClient } from '../../support/cache-client.ts'
import { openDockerBench, type DockerBench } from '../../support/fleet-bench.ts'

const READY = { kind: 'ready' }
const LOW: SlotRange = { from: 0, to: 8191 }
const HIGH: SlotRange = { from: 8192, to: 16383 }
const PATIENCE_MS = 10_000
/** Of CRC16, modulo 16384. */
const SLOT_OF_FOO: SlotRange = { from: 12182, to: 12182 }
/** No engine sends so much and has it taken in within a millisecond. */
const LARGE_BYTES = 16 * 1024 ** 2

let bench: DockerBench
beforeAll(async () => {
  bench = await openDockerBench()
})
afterAll(() => bench?.close())

describe.each([
  ['redis', '7.0'],
  ['redis', '8.0'],
  ['valkey', '8.1'],
] as const)('a key on its way between shards of %s %s', (engine, engineVersion) => {
  test('that takes longer to send than it may is said to be slow and stays, and moves as soon as it may', async () => {
    const { fleet } = bench
    const variant = { engine, engineVersion, tls: false, authToken: null, inCluster: true }
    const network = bench.freshNetwork()
    const [to, from] = [bench.freshNode(network, variant), bench.freshNode(network, variant)]
    expect(await fleet.ensureNetwork(network)).toEqual(READY)
    for (const [node, slots, epoch] of [
      [to, LOW, 1],
      [from, HIGH, 2],
    ] as const) {
      expect(await fleet.ensureNode(node)).toEqual(READY)
      await idOf(node)
      expect(await fleet.claimSlots(node, [slots], epoch)).toEqual(READY)
      expect(await fleet.openNode(node)).toEqual(READY)
    }
    const [toId, fromId] = [await idOf(to), await idOf(from)]
    expect(await fleet.introduceNode(from, [{ ...to, busPort: to.busPort ?? 0 }])).toEqual(READY)
    const mark = async () => {
      expect(await fleet.setSlots(to, [SLOT_OF_FOO], { mark: 'importing', peerId: fromId })).toEqual(READY)
      expect(await fleet.setSlots(from, [SLOT_OF_FOO], { mark: 'migrating', peerId: toId })).toEqual(READY)
    }
    for (const node of [from, to]) await isUp(node)
    const client = cacheClient(from, bench.authority)
    try {
      expect(await ask(client, 'SET', 'foo', 'x'.repeat(LARGE_BYTES))).toBe('OK')
      await vi.waitFor(mark, { timeout: PATIENCE_MS })
      const target: DrainTarget = { ...to, clusterNodeId: toId }
      const drain = (sendMs: number) =>
        fleet.drainSlots(from, [SLOT_OF_FOO], target, { withinMs: 20_000, sendMs })
      expect(await drain(1)).toEqual({ kind: 'slow', keys: 0 })
      expect(await ask(client, 'STRLEN', 'foo')).toBe(String(LARGE_BYTES))
      expect(await drain(15_000)).toEqual({ kind: 'drained', keys: 1 })
      expect(await ask(client, 'STRLEN', 'foo')).toMatch(/^ASK 12182 /)
    } finally {
      client.disconnect()
    }
  })

  /** A primary that has just come takes nothing for a moment. */
  const isUp = async (node: NodeSpec): Promise<void> => {
    const client = cacheClient(node, bench.authority)
    const info = () => ask(client, 'CLUSTER', 'INFO')
    await expect.poll(info, { timeout: PATIENCE_MS }).toContain('cluster_state:ok')
    client.disconnect()
  }

  const idOf = async (node: NodeSpec): Promise<string> => {
    const reading = await bench.fleet.observeNode(node, PATIENCE_MS)
    if (reading.kind !== 'serving') throw new Error(`${node.nodeId} is ${reading.kind}`)
    return reading.clusterNodeId ?? ''
  }
})
