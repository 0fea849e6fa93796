import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { reigns } from '../support/canary.ts'
import { docker } from '../support/docker.ts'
import { RespClient } from '../support/resp-client.ts'
import { check } from './harness/check.ts'
import { containersOf } from './harness/containers.ts'
import { Customer } from './harness/customer.ts'
import { LooseService } from './harness/loose-service.ts'
import { WatchedGroup } from './harness/watched-group.ts'

const MEMORY_OF_SMALL = 1_471_026_299
const RESERVED = 0.25
const ANSWER_MS = 2_000

describe('a group with replicas, under writers and readers', () => {
  let service: LooseService
  let customer: Customer
  let watched: WatchedGroup

  beforeAll(async () => {
    service = await LooseService.start()
    customer = new Customer(service)
    service.startWorker()
    await service.isReady()
    const runs = { engine: 'redis', engineVersion: '6.0' } as const
    watched = await WatchedGroup.create(
      service,
      customer,
      { name: 'orders', takesOver: true, runs },
      { writers: 8, pauseMs: 2 },
    )
  })
  afterAll(async () => {
    await watched?.stop()
    await service.clear()
  })

  /** Accepted, under way, and over. */
  const becomes = async (change: object): Promise<void> => {
    const body = { ...change, applyImmediately: true }
    const { status, body: answer } = await customer.ask('PATCH', watched.group.path, body)
    expect({ status, ...(JSON.parse(answer) as object) }).toMatchObject({
      status: 'modifying',
      pendingModifiedValues: change,
    })
    await customer.becomes(watched.cache, 'available')
    const after = JSON.parse((await customer.describe(watched.cache)).body) as object
    expect(after).toMatchObject({ pendingModifiedValues: {} })
  }

  /** What every member says of itself. */
  const told = async (pattern: RegExp): Promise<string[]> => {
    const { members } = await watched.group.state()
    return Promise.all(
      members.map(async ({ port }) => {
        const client = await RespClient.open(await customer.target(port))
        const [info] = await client.ask([['INFO']], ANSWER_MS).finally(() => client.close())
        return pattern.exec(String(info))?.[1] ?? ''
      }),
    )
  }

  test('is scaled up node by node: every node is larger, and nothing that was acknowledged is lost', async () => {
    await becomes({ cacheNodeType: 'cache.t4g.small' })
    const containers = await Promise.all(
      (await containersOf(service)).map((id) => docker.getContainer(id).inspect()),
    )
    expect(containers.map(({ HostConfig }) => HostConfig.Memory)).toEqual(
      [1, 2, 3].map(() => MEMORY_OF_SMALL),
    )
    const maxmemory = String(Math.floor(MEMORY_OF_SMALL * (1 - RESERVED)))
    expect(await told(/\nmaxmemory:(\d+)/)).toEqual([maxmemory, maxmemory, maxmemory])
    expect(await watched.violations(null)).toEqual([])
  })

  test.each([
    { engineVersion: '7.0', says: /\nredis_version:(7\.0)/, expected: '7.0' },
    { engine: 'valkey', engineVersion: '8.1', says: /\nvalkey_version:(8\.1)/, expected: '8.1' },
  ])('is upgraded node by node to $expected: nothing that was acknowledged is lost', async (upgrade) => {
    const { says, expected, ...change } = upgrade
    await becomes(change)
    expect(await told(says)).toEqual([expected, expected, expected])
    expect(await watched.violations(null)).toEqual([])
  })

  test('a version that cannot read its data is refused, and so is an older one', async () => {
    const ask = async (change: object) => {
      const answer = await customer.ask('PATCH', watched.group.path, { ...change, applyImmediately: true })
      return { status: answer.status, ...(JSON.parse(answer.body) as object) }
    }
    expect(await ask({ engine: 'redis', engineVersion: '7.0' })).toMatchObject({
      status: 400,
      code: 'InvalidParameterCombination',
    })
  })

  test('no process acknowledged past its time, and nothing is left behind', async () => {
    await watched.stop()
    const order = reigns(watched.canary.acks)
    expect(new Set(order).size).toBe(order.length)
    expect(order).toHaveLength(4)
    expect(watched.sampler.found).toEqual([])
    expect(await check(service, customer)).toEqual([])
  })
})
