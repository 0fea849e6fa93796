import { createHash } from 'node:crypto'
import type { Cluster } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Customer, type Cache } from '../chaos/harness/customer.ts'
import { LooseService } from '../chaos/harness/loose-service.ts'
import { ShardedGroup } from '../chaos/harness/sharded-group.ts'
import { RespClient } from '../support/resp-client.ts'

const KEYS = 3_000
const OTHERS = 8
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
    await client.rpush('list', ...Array.from({ length: 3_000 }, (_, i) => `element ${i}`))
    await client.zadd('{board}', ...Array.from({ length: 600 }, (_, i) => [i / 3, `member-${i}`]).flat())
    await client.hset('hash-large', Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`f${i}`, i])))
    await client.sadd('set', ...Array.from({ length: 100 }, (_, i) => i))
    await client.set('a'.repeat(100), 'of a key that files pack')
    await client.set('77', '77')
    for (let i = 0; i < 300; i++) await client.xadd('stream', '*', 'n', i)
    await client.xgroup('CREATE', 'stream', 'readers', '0')
    await client.xreadgroup('GROUP', 'readers', 'ann', 'COUNT', 10, 'STREAMS', 'stream', '>')
    await client.set('fleeting', 'soon gone', 'PX', 3_600_000)
    await Promise.all(client.nodes('master').map((node) => node.wait(1, 2_000)))
    client.disconnect()
    held = await contentOf(ledger)
    expect(held.size).toBe(KEYS + OTHERS)
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

  test('come back in another number of shards, each key in the one of its slot', async () => {
    const wednesday = await ShardedGroup.ask(service, customer, 'wednesday', {
      snapshotName: 'monday',
      numNodeGroups: 3,
    })
    await expect.poll(() => wednesday.disagreements(), { timeout: 20_000 }).toEqual([])
    expect((await wednesday.describe()).nodeGroups.map(({ slots }) => slots)).toEqual([
      '0-5461',
      '5462-10922',
      '10923-16383',
    ])
    expect(await contentOf(wednesday)).toEqual(held)
    expect(await customer.ask('DELETE', wednesday.path, undefined, WAIT)).toMatchObject({ status: 204 })
  })

  test('of a group without cluster mode become one with it, but not the other way round', async () => {
    const plain: Cache = { kind: 'replication-group', name: 'plain' }
    await customer.create(plain)
    await customer.becomes(plain, 'available')
    const client = await RespClient.open(await customer.target(await customer.portOf(plain)))
    await client.ask(
      Array.from({ length: 500 }, (_, i) => ['SET', `key-${i}`, `of ${i}`]),
      5_000,
    )
    client.close()
    const body = { snapshotName: 'plain', replicationGroupId: 'plain' }
    expect(await customer.ask('POST', '/v1/snapshots', body, WAIT)).toMatchObject({ status: 200 })
    const wish = { snapshotName: 'plain', clusterMode: 'enabled', numNodeGroups: 2 }
    const friday = await ShardedGroup.ask(service, customer, 'friday', wish)
    const all = Array.from({ length: 500 }, (_, i) => `key-${i}`).sort()
    expect([...(await contentOf(friday)).keys()]).toEqual(all)
    const back = {
      replicationGroupId: 'back',
      description: 'b',
      snapshotName: 'monday',
      clusterMode: 'disabled',
    }
    expect(await customer.ask('POST', '/v1/replication-groups', back)).toMatchObject({
      status: 400,
      body: expect.stringContaining('restored to one with cluster mode enabled'),
    })
  })

  /** Every key with its type and what its serialised form is, which has all of it. */
  async function contentOf(group: ShardedGroup): Promise<Map<string, string>> {
    const client = await group.connect()
    try {
      await client.ping()
      const parts = await Promise.all(client.nodes('master').map((node) => keysOf(node)))
      const keys = parts.flat()
      expect(new Set(keys).size).toBe(keys.length)
      const values = await Promise.all(keys.sort().map((key) => valueOf(client, key)))
      return new Map(keys.map((key, i) => [key, values[i] ?? 'missing']))
    } finally {
      client.disconnect()
    }
  }

  /** A digest of its serialised form. A large hash is in no order, and a replica has seen a consumer at another moment. */
  async function valueOf(client: Cluster, key: string): Promise<string> {
    const all = key.startsWith('hash')
      ? JSON.stringify(Object.entries(await client.hgetall(key)).sort())
      : key === 'stream'
        ? JSON.stringify([await client.xrange(key, '-', '+'), await client.xpending(key, 'readers')])
        : await client.dumpBuffer(key)
    return createHash('sha256').update(all).digest('base64')
  }

  const keysOf = (node: ReturnType<Cluster['nodes']>[number]) => node.keys('*')
})
