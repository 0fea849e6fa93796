import { setTimeout as sleep } from 'node:timers/promises'
import { failpointName } from '@cacheplane/workflows'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { reigns } from '../support/canary.ts'
import { DEADLINES, FAULTS } from './deadlines.ts'
import { check } from './harness/check.ts'
import { containersOf } from './harness/containers.ts'
import { Customer } from './harness/customer.ts'
import { LooseService } from './harness/loose-service.ts'
import type { Program } from './harness/program.ts'
import { waitFor } from './harness/wait-for.ts'
import { WatchedGroup } from './harness/watched-group.ts'

/** The steps of a failover that act, each at the moment when most is open: what was done is not yet recorded. */
const DEADLY = ['fence', 'promote'].map((step) => failpointName('node-group', step, 'afterEffect'))
const FREEZING = failpointName('node-group', 'promote', 'before')

describe('a worker that is lost in the middle of a failover', () => {
  let service: LooseService
  let customer: Customer
  let watched: WatchedGroup
  let worker: Program

  beforeAll(async () => {
    service = await LooseService.start()
    customer = new Customer(service)
    worker = service.startWorker()
    await service.isReady()
    watched = await WatchedGroup.create(service, customer, { name: 'orders', takesOver: true })
  })
  afterAll(async () => {
    await watched?.stop()
    await service.clear()
  })

  /** The only worker from now on dies or freezes there. */
  const arm = async (failpoint: string): Promise<Program> => {
    await worker.kill()
    worker = service.startWorker(failpoint)
    return worker
  }

  const isSound = async (faultMs: number): Promise<void> => {
    const order = reigns(watched.canary.acks)
    expect(new Set(order).size).toBe(order.length)
    expect(await watched.violations(faultMs)).toEqual([])
  }

  test.for(DEADLY)('killed at %s: another one ends it', async (failpoint) => {
    const before = await watched.group.failovers()
    const armed = await arm(`${failpoint}=exit`)
    const { faultMs } = await watched.harm('process killed', await watched.group.primary())
    expect(await armed.ended).toBe('SIGKILL')
    worker = service.startWorker()
    await watched.group.isWholeAfter(before, DEADLINES.settled)
    await isSound(faultMs)
  })

  test(`frozen at ${FREEZING}: another one ends it, and the frozen one changes nothing when it goes on`, async () => {
    const before = await watched.group.failovers()
    const zombie = await arm(`${FREEZING}=stop`)
    const { faultMs } = await watched.harm('process killed', await watched.group.primary())
    const look = async () => zombie.isFrozen
    await waitFor('the worker to freeze', look, (seen) => seen, DEADLINES.reachedFailpoint)
    worker = service.startWorker()
    await watched.group.isWholeAfter(before, DEADLINES.settled)
    const [state, ids] = [await watched.group.state(), await containersOf(service)]

    zombie.send('SIGCONT')
    await sleep(FAULTS.afterThaw)
    expect(await watched.group.state()).toEqual(state)
    expect(await containersOf(service)).toEqual(ids)
    await isSound(faultMs)
  })

  test('all that time no two nodes took writes, and nothing is left behind', async () => {
    await watched.stop()
    expect(watched.sampler.found).toEqual([])
    expect(await check(service, customer)).toEqual([])
  })
})
