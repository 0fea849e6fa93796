import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DEADLINES } from './deadlines.ts'
import { check } from './harness/check.ts'
import { Customer, type Cache } from './harness/customer.ts'
import { FullService } from './harness/full-service.ts'
import { waitFor } from './harness/wait-for.ts'

const group = (name: string): Cache => ({ kind: 'replication-group', name })
const [staying, going, coming] = [group('staying'), group('going'), group('coming')]

describe('a Postgres that crashes in the middle', () => {
  let service: FullService
  let customer: Customer

  beforeAll(async () => {
    service = await FullService.start()
    customer = new Customer(service)
    await Promise.all([customer.create(staying), customer.create(going)])
    await Promise.all([customer.becomes(staying, 'available'), customer.becomes(going, 'available')])
  })
  afterAll(() => service.clear())

  test('is started again; meanwhile callers wait a moment or are told 503, and caches go on serving', async () => {
    const port = await customer.portOf(staying)
    expect(await customer.greet(staying, port)).toBe('PONG')
    await service.crashPostgres()
    const answers: { status: number; ms: number }[] = []
    const look = async (): Promise<number> => {
      const startedMs = performance.now()
      const { status } = await customer.describe(staying)
      answers.push({ status, ms: performance.now() - startedMs })
      expect(await customer.greet(staying, port)).toBe('PONG')
      return status
    }
    await waitFor('the API to answer again', look, (status) => status === 200, DEADLINES.accepted)
    expect(answers.filter(({ status }) => status !== 200 && status !== 503)).toEqual([])
    expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(DEADLINES.refusal)
  })

  test('what was being created and deleted goes on, and settles within a minute', async () => {
    const crashSoon = async (): Promise<void> => {
      await sleep(Math.random() * 800)
      await service.crashPostgres()
    }
    await Promise.all([customer.create(coming), customer.delete(going), crashSoon()])
    await Promise.all([customer.becomes(coming, 'available'), customer.becomes(going, 'gone')])
    await customer.becomes(staying, 'available')
    expect(await customer.greet(coming, await customer.portOf(coming))).toBe('PONG')
    expect(await check(service, customer)).toEqual([])
  })
})
