import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { ACCOUNT } from '../support/stores.ts'
import { DEADLINES, FAULTS } from './deadlines.ts'
import { check } from './harness/check.ts'
import { containersOf } from './harness/containers.ts'
import { Customer, type Cache } from './harness/customer.ts'
import { LooseService } from './harness/loose-service.ts'
import type { Program } from './harness/program.ts'
import { waitFor } from './harness/wait-for.ts'

const cache: Cache = { kind: 'replication-group', name: 'sessions' }

/** A worker that freezes itself at a failpoint while another one is at hand. */
async function startPair(failpoint: string) {
  const service = await LooseService.start()
  const zombie = service.startWorker(`${failpoint}=stop`)
  await service.isReady()
  return { service, zombie, customer: new Customer(service) }
}

async function frozen(zombie: Program): Promise<void> {
  const look = async () => zombie.isFrozen
  await waitFor('the worker to freeze', look, (seen) => seen, DEADLINES.reachedFailpoint)
}

/** Long enough for a thawed worker to go on with whatever it had in mind. */
async function thaw(zombie: Program): Promise<void> {
  zombie.send('SIGCONT')
  await sleep(FAULTS.afterThaw)
}

async function events(service: LooseService): Promise<string[]> {
  const range = { from: new Date(0), to: new Date(Date.now() + 60_000), limit: 100 }
  const found = await service.installation.store.listEvents(ACCOUNT, range)
  return found.map(({ sourceIdentifier, message }) => `${sourceIdentifier}: ${message}`)
}

describe.concurrent('a worker that is frozen for 25 s in the middle of a step, and then goes on', () => {
  test.for(['node.boot.before', 'node.admit.afterEffect'])(
    'at %s: what another has finished meanwhile is not done twice',
    async (failpoint, { onTestFinished }) => {
      const { service, zombie, customer } = await startPair(failpoint)
      onTestFinished(() => service.clear())
      await customer.create(cache)
      await frozen(zombie)
      const thawedAtMs = performance.now() + FAULTS.workerFrozen
      service.startWorker()
      await customer.becomes(cache, 'available')
      const before = { events: await events(service), ids: await containersOf(service) }
      expect(before.ids).toHaveLength(1)
      expect(new Set(before.events).size).toBe(before.events.length)

      await sleep(Math.max(0, thawedAtMs - performance.now()))
      await thaw(zombie)
      expect(zombie.isRunning).toBe(true)
      expect({ events: await events(service), ids: await containersOf(service) }).toEqual(before)
      expect(await customer.greet(cache, await customer.portOf(cache))).toBe('PONG')
      expect(await check(service, customer)).toEqual([])
    },
  )

  test('at node.destroy.before: a cache made again under the same name meanwhile is not removed', async ({
    onTestFinished,
  }) => {
    const { service, zombie, customer } = await startPair('node.destroy.before')
    onTestFinished(() => service.clear())
    await customer.create(cache)
    await customer.becomes(cache, 'available')
    await customer.delete(cache)
    await frozen(zombie)
    const thawedAtMs = performance.now() + FAULTS.workerFrozen
    service.startWorker()
    await customer.becomes(cache, 'gone')
    await customer.create(cache)
    await customer.becomes(cache, 'available')
    const before = await containersOf(service)

    await sleep(Math.max(0, thawedAtMs - performance.now()))
    await thaw(zombie)
    expect(await containersOf(service)).toEqual(before)
    expect(await customer.greet(cache, await customer.portOf(cache))).toBe('PONG')
    expect(await check(service, customer)).toEqual([])
  })
})
