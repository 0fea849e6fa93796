import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FAULTS } from './deadlines.ts'
import { check } from './harness/check.ts'
import { Customer } from './harness/customer.ts'
import { FullService } from './harness/full-service.ts'
import { WatchedGroup } from './harness/watched-group.ts'

describe('a control plane that is away: api, worker, Postgres and queue', () => {
  let service: FullService
  let customer: Customer
  let watched: WatchedGroup

  beforeAll(async () => {
    service = await FullService.start()
    customer = new Customer(service)
    watched = await WatchedGroup.create(service, customer, { name: 'orders', takesOver: true })
  })
  afterAll(async () => {
    await watched?.stop()
    await service.clear()
  })

  test('endpoints serve writers and readers without a single error, and its return changes nothing', async () => {
    await service.down()
    expect(await customer.status(watched.cache)).toBe('0')
    await sleep(FAULTS.controlPlaneAway)
    await service.comeBack()
    await customer.becomes(watched.cache, 'available')
    await sleep(FAULTS.afterThaw)
    expect([...watched.canary.failures, ...watched.reader.failures]).toEqual([])
    expect(await watched.group.failovers()).toEqual([])
    expect(await watched.violations(null)).toEqual([])
    await watched.stop()
    expect(await check(service, customer)).toEqual([])
  })
})
