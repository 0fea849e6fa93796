import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { check } from './harness/check.ts'
import { Customer, type Cache } from './harness/customer.ts'
import { FullService } from './harness/full-service.ts'
import { containersOf } from './harness/containers.ts'

const caches: Cache[] = [
  { kind: 'replication-group', name: 'one' },
  { kind: 'replication-group', name: 'two' },
  { kind: 'cache-cluster', name: 'three' },
]

describe('api and worker killed at random moments, under their supervisor', () => {
  let service: FullService
  let customer: Customer

  beforeAll(async () => {
    service = await FullService.start()
    customer = new Customer(service)
  })
  afterAll(() => service.clear())

  const all = (work: (cache: Cache) => Promise<void>) => Promise.all(caches.map(work))

  const killBoth = async (withinMs: number): Promise<void> => {
    await sleep(Math.random() * withinMs)
    await Promise.all([service.send('api', 'SIGKILL'), service.send('worker', 'SIGKILL')])
  }

  test('whatever was accepted is made, once', async () => {
    await Promise.all([all((cache) => customer.create(cache)), killBoth(1_500)])
    await all((cache) => customer.becomes(cache, 'available'))
    expect(await containersOf(service)).toHaveLength(caches.length)
    for (const cache of caches)
      expect(await customer.greet(cache, await customer.portOf(cache))).toMatch(/^PONG|^VERSION/)
    expect(await check(service, customer)).toEqual([])
  })

  test('whatever was to go is gone, with everything of it', async () => {
    await Promise.all([all((cache) => customer.delete(cache)), killBoth(1_000)])
    await all((cache) => customer.becomes(cache, 'gone'))
    expect(await containersOf(service)).toEqual([])
    expect(await check(service, customer)).toEqual([])
  })

  test('what is deleted while it is being created is gone too', async () => {
    await all((cache) => customer.create(cache))
    await Promise.all([all((cache) => customer.delete(cache)), killBoth(500)])
    await all((cache) => customer.becomes(cache, 'gone'))
    expect(await containersOf(service)).toEqual([])
    expect(await check(service, customer)).toEqual([])
  })
})
