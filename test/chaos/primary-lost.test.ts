import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { reigns } from '../support/canary.ts'
import { docker } from '../support/docker.ts'
import type { NodeFault } from '../support/node-faults.ts'
import { DEADLINES, FAULTS } from './deadlines.ts'
import { check } from './harness/check.ts'
import { containersOf } from './harness/containers.ts'
import { Customer } from './harness/customer.ts'
import { LooseService } from './harness/loose-service.ts'
import { WatchedGroup } from './harness/watched-group.ts'

const DEATHS: NodeFault[] = ['process killed', 'container killed', 'container removed', 'container restarted']

describe('a group with automatic failover, under writers and readers', () => {
  let service: LooseService
  let customer: Customer
  let watched: WatchedGroup

  beforeAll(async () => {
    service = await LooseService.start()
    customer = new Customer(service)
    service.startWorker()
    await service.isReady()
    watched = await WatchedGroup.create(service, customer, { name: 'orders', takesOver: true })
  })
  afterAll(async () => {
    await watched?.stop()
    await service.clear()
  })

  /** Whoever reigned before never reigns again: no process acknowledges after another has begun to. */
  const isOneAfterTheOther = (): void => {
    const order = reigns(watched.canary.acks)
    expect(new Set(order).size).toBe(order.length)
  }

  test.for(DEATHS)('a dead primary (%s) is replaced, and its replicas have what it held', async (fault) => {
    const { faultMs, failover } = await watched.losePrimary(fault)
    expect(failover.kind).toBe('automatic')
    expect(watched.silenceAfter(faultMs)).toBeLessThan(DEADLINES.failover)
    expect(await watched.violations(faultMs)).toEqual([])
    isOneAfterTheOther()
  })

  test('a frozen primary (docker pause) is replaced, and never acknowledges again', async () => {
    const { faultMs, container } = await watched.losePrimary('container paused')
    await docker
      .getContainer(container)
      .unpause()
      .catch(() => undefined)
    await sleep(FAULTS.afterThaw)
    expect(watched.silenceAfter(faultMs)).toBeLessThan(DEADLINES.failover)
    expect(await watched.violations(faultMs)).toEqual([])
    isOneAfterTheOther()
  })

  test('a primary that hangs (SIGSTOP) is replaced once it has been silent for long', async () => {
    const { faultMs } = await watched.losePrimary('process stopped')
    expect(watched.silenceAfter(faultMs)).toBeLessThan(DEADLINES.hang)
    expect(await watched.violations(faultMs)).toEqual([])
    isOneAfterTheOther()
  })

  test('a primary that is cut off from its network is replaced, and loses its clients for good', async () => {
    const { faultMs } = await watched.losePrimary('network cut')
    expect(watched.silenceAfter(faultMs)).toBeLessThan(DEADLINES.failover)
    expect(await watched.violations(faultMs)).toEqual([])
    isOneAfterTheOther()
  })

  test('two of three lost at once: the third takes over with all of the data', async () => {
    const before = await watched.group.failovers()
    const [primary, [replica]] = [await watched.group.primary(), await watched.group.replicas()]
    const { faultMs } = await watched.harm('process killed', primary, ...(replica ? [replica] : []))
    await watched.group.isWholeAfter(before, DEADLINES.settled)
    expect(await watched.violations(faultMs)).toEqual([])
    isOneAfterTheOther()
  })

  test('a lost replica is replaced, readers go on elsewhere at once, and writers do not notice', async () => {
    const [replica] = await watched.group.replicas()
    const failures = watched.canary.failures.length
    const { faultMs } = await watched.harm('process killed', ...(replica ? [replica] : []))
    await customer.becomes(watched.cache, 'modifying')
    await customer.becomes(watched.cache, 'available')
    expect(watched.reader.longestGap(faultMs)).toBeLessThan(DEADLINES.otherReader)
    expect(watched.canary.failures).toHaveLength(failures)
    expect(await watched.violations(null)).toEqual([])
  })

  test('a lost edge comes back on the same ports, and the group is as it was', async () => {
    const { primaryPort } = await watched.group.state()
    const order = reigns(watched.canary.acks)
    const edges = await containersOf(service, 'edge')
    await Promise.all(edges.map((id) => docker.getContainer(id).remove({ force: true })))
    const lostAtMs = performance.now()
    const silence = () => watched.silenceAfter(lostAtMs)
    const isBack = () => silence() > 0 && silence() < Infinity
    await expect.poll(isBack, { timeout: DEADLINES.settled }).toBe(true)
    expect((await watched.group.state()).primaryPort).toBe(primaryPort)
    expect(reigns(watched.canary.acks)).toEqual(order)
    expect(await watched.violations(null)).toEqual([])
  })

  test('all that time no two nodes took writes, and nothing is left behind', async () => {
    await watched.stop()
    expect(watched.sampler.found).toEqual([])
    expect(watched.sampler.samples).toBeGreaterThan(50)
    expect(await check(service, customer)).toEqual([])
  })
})
