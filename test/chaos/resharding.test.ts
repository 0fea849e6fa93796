import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NODE_FAULTS } from '../support/node-faults.ts'
import { DEADLINES } from './deadlines.ts'
import { check } from './harness/check.ts'
import { Customer } from './harness/customer.ts'
import { LooseService } from './harness/loose-service.ts'
import { ShardedGroup } from './harness/sharded-group.ts'

const KEYS = 1_000
/** Half of all slots, on a machine that does other things. */
const RESHARDED_MS = 150_000
/** Names are bytes, and not all of them are text. */
const nameOf = (i: number): Buffer => Buffer.concat([Buffer.from(`key-${i}-`), Buffer.from([0xff, i % 256])])

describe('a cluster whose shards come and go while its clients write', () => {
  let service: LooseService
  let customer: Customer
  let group: ShardedGroup
  let client: Cluster

  beforeAll(async () => {
    service = await LooseService.start()
    customer = new Customer(service)
    service.startWorker()
    await service.isReady()
    group = await ShardedGroup.create(service, customer, { name: 'growing', shards: 1, replicas: 1 })
    client = await group.connect()
    for (let i = 0; i < KEYS; i++) await client.set(nameOf(i), `of ${i}`)
  })
  afterAll(async () => {
    client?.disconnect()
    await service.clear()
  })

  const missing = async () => {
    const values = await Promise.all(Array.from({ length: KEYS }, (_, i) => client.get(nameOf(i))))
    return values.flatMap((value, i) => (value === `of ${i}` ? [] : [`${i}: ${value}`]))
  }
  /** Keys on all primaries together: a key on two of them is one too many. */
  const count = async () => {
    const sizes = await Promise.all(client.nodes('master').map((node) => node.dbsize()))
    return sizes.reduce((sum, size) => sum + size, 0)
  }
  const ask = async (wish: object) => {
    const answer = await customer.ask('POST', `${group.path}/shard-configuration`, {
      applyImmediately: true,
      ...wish,
    })
    expect(answer.status, answer.body).toBe(202)
  }
  /** Counts up while `work` lasts; every acknowledged count must be there afterwards. */
  const counting = async (work: () => Promise<void>) => {
    let isOver = false
    const acknowledged = new Map<string, number>()
    const errors: string[] = []
    const writer = async (n: number) => {
      for (let i = 0; !isOver; i = (i + 1) % 40) {
        const key = `count-${n}-${i}`
        await client.incr(key).then(
          (value) => acknowledged.set(key, value),
          (error: unknown) => errors.push(String(error)),
        )
      }
    }
    const writers = [0, 1, 2, 3].map(writer)
    await work().finally(() => (isOver = true))
    await Promise.all(writers)
    const behind: string[] = []
    for (const [key, value] of acknowledged) {
      const found = Number(await client.get(key))
      if (found < value) behind.push(`${key}: ${found} after ${value}`)
    }
    return { behind, errors, keys: acknowledged.size }
  }
  const agrees = () =>
    expect.poll(() => group.disagreements(), { timeout: DEADLINES.failover, interval: 100 }).toEqual([])

  test('grows from one shard to two and loses no key and no count on the way', async () => {
    const { behind, errors, keys } = await counting(async () => {
      await ask({ nodeGroupCount: 2 })
      await group.becomes('available', RESHARDED_MS)
    })
    expect({ behind, errors }).toEqual({ behind: [], errors: [] })
    expect((await group.describe()).nodeGroups.map(({ slots }) => slots)).toEqual(['0-8191', '8192-16383'])
    expect(await missing()).toEqual([])
    expect(await count()).toBe(KEYS + keys)
    await agrees()
  })

  test('loses the primary that gives slots away in the middle, and every key arrives all the same', async () => {
    const [primary] = await group.membersOf('0002')
    await sleep(1_000)
    await ask({ nodeGroupCount: 1, nodeGroupsToRemove: ['0002'] })
    await expect
      .poll(async () => (await group.progress()) ?? 100, { timeout: DEADLINES.settled, interval: 10 })
      .toBeGreaterThan(5)
    await NODE_FAULTS['process killed'](await group.containerOf(primary ?? ''))
    await group.becomes('available', RESHARDED_MS)
    await agrees()
    expect((await group.describe()).nodeGroups.map(({ nodeGroupId }) => nodeGroupId)).toEqual(['0001'])
    expect(await missing()).toEqual([])
  })

  test('is refused what makes no sense, in ElastiCache’s words, and stays as it is', async () => {
    const refused = async (wish: object) => {
      const { status, body } = await customer.ask('POST', `${group.path}/shard-configuration`, {
        applyImmediately: true,
        ...wish,
      })
      return [status, (JSON.parse(body) as { code: string }).code]
    }
    expect(await refused({ nodeGroupCount: 1 })).toEqual([400, 'InvalidReplicationGroupState'])
    expect(await refused({ nodeGroupCount: 2, nodeGroupsToRetain: ['0001'] })).toEqual([
      400,
      'InvalidParameterCombination',
    ])
    expect(await refused({ nodeGroupCount: 3, applyImmediately: false })).toEqual([
      400,
      'InvalidParameterValue',
    ])
    await group.becomes('available')
  })

  test('leaves nothing behind', async () => {
    expect(await check(service, customer)).toEqual([])
  })
})
