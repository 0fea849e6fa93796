import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NODE_FAULTS, type NodeFault } from '../support/node-faults.ts'
import { DEADLINES } from './deadlines.ts'
import { check } from './harness/check.ts'
import { Customer } from './harness/customer.ts'
import { LooseService } from './harness/loose-service.ts'
import { ShardedGroup } from './harness/sharded-group.ts'

const KEYS = 200
/** Replication is asynchronous: what is older than this has reached the replicas. */
const LAG_MS = 1_000

describe('a cluster of two shards, whose nodes could never outvote anybody', () => {
  let service: LooseService
  let customer: Customer
  let group: ShardedGroup
  let client: Cluster

  beforeAll(async () => {
    service = await LooseService.start()
    customer = new Customer(service)
    service.startWorker()
    await service.isReady()
    group = await ShardedGroup.create(service, customer, { name: 'ledger', shards: 2, replicas: 1 })
    client = await group.connect()
  })
  afterAll(async () => {
    client?.disconnect()
    await service.clear()
  })

  const names = Array.from({ length: KEYS }, (_, i) => `key-${i}`)
  const write = () => Promise.all(names.map((name) => client.set(name, `of ${name}`)))
  const missing = async () => {
    const values = await Promise.all(names.map((name) => client.get(name)))
    return names.filter((name, i) => values[i] !== `of ${name}`)
  }
  /** Until every key can be written again. */
  const writesAgain = async () => {
    await expect
      .poll(
        () =>
          write().then(
            () => true,
            () => false,
          ),
        { timeout: DEADLINES.settled, interval: 20 },
      )
      .toBe(true)
  }
  const harm = async (fault: NodeFault, cacheClusterIds: readonly string[]) => {
    const containers = await Promise.all(cacheClusterIds.map((id) => group.containerOf(id)))
    await Promise.all(containers.map((id) => NODE_FAULTS[fault](id)))
  }
  /** Everybody sees one cluster, and clients are told of all of it. */
  const agrees = () =>
    expect.poll(() => group.disagreements(), { timeout: DEADLINES.failover, interval: 100 }).toEqual([])
  const primaries = async () => {
    const shards = await Promise.all(['0001', '0002'].map((id) => group.membersOf(id)))
    return shards.flatMap((members) => members.slice(0, 1))
  }

  test('is served from the host over TLS by redirects, and to nobody without the token', async () => {
    await write()
    expect(await missing()).toEqual([])
    expect(client.nodes('all')).toHaveLength(4)
    await agrees()
    const stranger = await group.connect('not-the-token-of-it', false)
    await expect(stranger.get('key-1')).rejects.toThrow()
    stranger.disconnect()
    await expect(client.nodes('all')[0]?.call('CLUSTER', 'FAILOVER')).rejects.toThrow('NOPERM')
  })

  test.for<NodeFault>(['process killed', 'container restarted', 'container paused'])(
    'loses both primaries at once (%s), and both are replaced with all of their data',
    async (fault) => {
      await write()
      await sleep(LAG_MS)
      await harm(fault, await primaries())
      await expect.poll(missing, { timeout: DEADLINES.settled, interval: 50 }).toEqual([])
      await writesAgain()
      await group.becomes('available')
      await agrees()
    },
  )

  test('has the primary of one shard tested, and the other shard does not notice', async () => {
    const other = await group.membersOf('0001')
    const { status } = await customer.ask('POST', `${group.path}/test-failover`, { nodeGroupId: '0002' })
    expect(status).toBe(202)
    await group.becomes('available')
    expect(await group.membersOf('0001')).toEqual(other)
    expect(await missing()).toEqual([])
    await agrees()
  })

  test('goes on with a shard that was lost as a whole: empty, with the same slots, beside the others', async () => {
    await write()
    await sleep(LAG_MS)
    await harm('process killed', await group.membersOf('0001'))
    await writesAgain()
    await group.becomes('available')
    await agrees()
    expect((await group.describe()).nodeGroups.map(({ slots }) => slots)).toEqual(['0-8191', '8192-16383'])
    expect(await missing()).toEqual([])
  })

  test('empties a shard whose primary is rebooted, as without cluster mode, and no other', async () => {
    await write()
    const [primary] = await group.membersOf('0002')
    const { status } = await customer.ask('POST', `/v1/cache-clusters/${primary}/reboot`, {
      cacheNodeIdsToReboot: ['0001'],
    })
    expect(status).toBe(202)
    await group.becomes('available')
    await agrees()
    const gone = (await missing()).length
    expect(gone).toBeGreaterThan(0)
    expect(gone).toBeLessThan(KEYS)
  })

  test('leaves nothing behind', async () => {
    expect(await check(service, customer)).toEqual([])
  })
})
