import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DEADLINES } from './deadlines.ts'
import { check } from './harness/check.ts'
import { Customer, type Cache } from './harness/customer.ts'
import { LooseService } from './harness/loose-service.ts'
import { waitFor } from './harness/wait-for.ts'

const group = (name: string): Cache => ({ kind: 'replication-group', name })
const first = group('one')
const caches = [first, group('two'), group('three')]

describe('a queue that loses everything', () => {
  let service: LooseService
  let customer: Customer

  beforeAll(async () => {
    service = await LooseService.start()
    customer = new Customer(service)
    service.startWorker()
    await service.isReady()
  })
  afterAll(() => service.clear())

  const all = (work: (cache: Cache) => Promise<void>) => Promise.all(caches.map(work))

  const withQueue = async <T>(work: (queue: Redis) => Promise<T>): Promise<T> => {
    const queue = new Redis(service.installation.config.QUEUE_URL, { maxRetriesPerRequest: 1 })
    queue.on('error', () => undefined)
    try {
      return await work(queue)
    } finally {
      queue.disconnect()
    }
  }

  test('FLUSHALL in the middle of creations and deletions loses none', async () => {
    const flushSoon = async (): Promise<void> => {
      await sleep(Math.random() * 500)
      await withQueue((queue) => queue.flushall())
    }
    await Promise.all([all((cache) => customer.create(cache)), flushSoon(), flushSoon()])
    await all((cache) => customer.becomes(cache, 'available'))
    await Promise.all([all((cache) => customer.delete(cache)), flushSoon(), flushSoon()])
    await all((cache) => customer.becomes(cache, 'gone'))
    expect(await check(service, customer)).toEqual([])
  })

  test('while it is stopped, creations and deletions are accepted at once and done', async () => {
    await service.queueContainer.stop({ t: 1 })
    const startedMs = performance.now()
    await all((cache) => customer.create(cache))
    expect(performance.now() - startedMs).toBeLessThan(DEADLINES.refusal)
    await all((cache) => customer.becomes(cache, 'available'))
    await customer.delete(first)
    await customer.becomes(first, 'gone')
  })

  test('when it is back, the worker listens to it again', async () => {
    await service.queueContainer.start()
    const look = () => withQueue((queue) => queue.client('LIST')).catch(String)
    const isHeard = (clients: unknown): boolean => String(clients).includes('cmd=bzpopmin')
    await waitFor('a worker to wait for jobs', look, isHeard, DEADLINES.settled)
    await customer.create(first)
    await all((cache) => customer.becomes(cache, 'available'))
    await all((cache) => customer.delete(cache))
    await all((cache) => customer.becomes(cache, 'gone'))
    expect(await check(service, customer)).toEqual([])
  })
})
