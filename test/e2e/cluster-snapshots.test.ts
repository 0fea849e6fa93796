import type { Cluster } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Customer } from '../chaos/harness/customer.ts'
import { LooseService } from '../chaos/harness/loose-service.ts'
import { ShardedGroup } from '../chaos/harness/sharded-group.ts'

const KEYS = 3_000
const WAIT = { prefer: 'wait=60' }
const Snapshot = z.looseObject({
  snapshotStatus: z.string(),
  numNodeGroups: z.int(),
  nodeSnapshots: z.array(
    z.looseObject({
      nodeGroupId: z.string(),
      cacheClusterId: z.string(),
      nodeGroupConfiguration: z.object({ slots: z.string() }).optional(),
    }),
  ),
})

describe('snapshots of a group with cluster mode', () => {
  let service: LooseService
  let customer: Customer
  let ledger: ShardedGroup
  let held: Map<string, string>

  beforeAll(async () => {
    service = await LooseService.start()
    customer = new Customer(service)
    service.startWorker()
    await service.isReady()
    ledger = await ShardedGroup.create(service, customer, { name: 'ledger', shards: 2, replicas: 1 })
    const client = await ledger.connect()
    await Promise.all(
      Array.from({ length: KEYS }, (_, i) =>
        i % 3 === 0
          ? client.hset(`hash-${i}`, 'n', i, 'long', 'x'.repeat(i % 200))
          : client.set(`key-${i}`, `of ${i}`),
      ),
    )
    await client.set('fleeting', 'soon gone', 'PX', 3_600_000)
    await Promise.all(client.nodes('master').map((node) => node.wait(1, 2_000)))
    client.disconnect()
    held = await contentOf(ledger)
    expect(held.size).toBe(KEYS + 1)
  })
  afterAll(() => service.clear())

  test('have a file for each shard, read from a replica, and each of them can be had', async () => {
    const body = { snapshotName: 'monday', replicationGroupId: 'ledger' }
    const taken = await customer.ask('POST', '/v1/snapshots', body, WAIT)
    expect(taken, taken.body).toMatchObject({ status: 200 })
    const { body: described } = await customer.ask('GET', '/v1/snapshots/monday?showNodeGroupConfig=true')
    expect(Snapshot.parse(JSON.parse(described))).toMatchObject({
      snapshotStatus: 'available',
      numNodeGroups: 2,
      nodeSnapshots: [
        {
          nodeGroupId: '0001',
          cacheClusterId: 'ledger-0001-002',
          nodeGroupConfiguration: { slots: '0-8191' },
        },
        {
          nodeGroupId: '0002',
          cacheClusterId: 'ledger-0002-002',
          nodeGroupConfiguration: { slots: '8192-16383' },
        },
      ],
    })
    const whole = await customer.ask('GET', '/v1/snapshots/monday/export')
    expect(whole).toMatchObject({ status: 400, body: expect.stringContaining('0001, 0002') })
    for (const id of ['0001', '0002']) {
      const file = await customer.ask('GET', `/v1/snapshots/monday/export?nodeGroupId=${id}`)
      expect(file).toMatchObject({ status: 200, body: expect.stringMatching(/^(REDIS|VALKEY)\d+/) })
    }
    const member = { snapshotName: 'half', cacheClusterId: 'ledger-0001-001' }
    expect(await customer.ask('POST', '/v1/snapshots', member)).toMatchObject({
      status: 400,
      body: expect.stringContaining('SnapshotFeatureNotSupportedFault'),
    })
  })

  test('come back with every key in its slot, replicas included', async () => {
    const tuesday = await ShardedGroup.ask(service, customer, 'tuesday', {
      snapshotName: 'monday',
      replicasPerNodeGroup: 1,
    })
    expect((await tuesday.describe()).nodeGroups.map(({ slots }) => slots)).toEqual(['0-8191', '8192-16383'])
    await expect.poll(() => tuesday.disagreements(), { timeout: 20_000 }).toEqual([])
    expect(await contentOf(tuesday)).toEqual(held)
    const client = await tuesday.connect()
    expect(await client.pttl('fleeting')).toBeGreaterThan(3_000_000)
    expect(await Promise.all(client.nodes('master').map((node) => node.wait(1, 2_000)))).toEqual([1, 1])
    client.disconnect()
    expect(await customer.ask('DELETE', tuesday.path, undefined, WAIT)).toMatchObject({ status: 204 })
  })

  /** Every key with its type and what its serialised form is, which has all of it. */
  async function contentOf(group: ShardedGroup): Promise<Map<string, string>> {
    const client = await group.connect()
    try {
      await client.ping()
      const parts = await Promise.all(client.nodes('master').map((node) => keysOf(node)))
      const keys = parts.flat()
      expect(new Set(keys).size).toBe(keys.length)
      const dumps = await Promise.all(keys.map((key) => client.dumpBuffer(key)))
      return new Map(keys.sort().map((key, i) => [key, dumps[i]?.toString('base64') ?? 'missing']))
    } finally {
      client.disconnect()
    }
  }

  const keysOf = (node: ReturnType<Cluster['nodes']>[number]) => node.keys('*')
})
