import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { reigns } from '../support/canary.ts'
import { DEADLINES } from './deadlines.ts'
import { check } from './harness/check.ts'
import { Customer } from './harness/customer.ts'
import { LooseService } from './harness/loose-service.ts'
import { WatchedGroup } from './harness/watched-group.ts'

const SWITCHES = 4

describe('a group without automatic failover, under writers', () => {
  let service: LooseService
  let customer: Customer
  let watched: WatchedGroup

  beforeAll(async () => {
    service = await LooseService.start()
    customer = new Customer(service)
    service.startWorker()
    await service.isReady()
    watched = await WatchedGroup.create(service, customer, { name: 'orders' }, { writers: 5, pauseMs: 1 })
  })
  afterAll(async () => {
    await watched?.stop()
    await service.clear()
  })

  test('planned switches lose nothing that was acknowledged, and no process acknowledges past its time', async () => {
    const { group, canary } = watched
    for (let i = 0; i < SWITCHES; i += 1) {
      const [next] = await group.replicas()
      const before = await group.failovers()
      const change = { primaryClusterId: next?.cacheClusterId, applyImmediately: true }
      expect((await customer.ask('PATCH', group.path, change)).status).toBe(202)
      const { kind } = await group.isWholeAfter(before, DEADLINES.settled)
      expect(kind).toBe('switch')
      expect(await group.primary()).toMatchObject({ cacheClusterId: next?.cacheClusterId })
      await sleep(100)
    }
    await watched.sampler.stop()
    expect(reigns(canary.acks)).toHaveLength(SWITCHES + 1)
    expect(await watched.violations(null)).toEqual([])
  })

  test('a lost primary comes back in its place, with the data that its replicas have kept', async () => {
    const { cacheClusterId } = await watched.group.primary()
    const { faultMs, failover } = await watched.losePrimary('process killed')
    expect(failover.kind).toBe('recovery')
    expect(await watched.group.primary()).toMatchObject({ cacheClusterId })
    expect(watched.silenceAfter(faultMs)).toBeLessThan(DEADLINES.settled)
    expect(await watched.violations(faultMs)).toEqual([])
  })

  test('no process acknowledged past its time, and nothing is left behind', async () => {
    await watched.stop()
    expect(reigns(watched.canary.acks)).toHaveLength(SWITCHES + 2)
    expect(await check(service, customer)).toEqual([])
  })
})
