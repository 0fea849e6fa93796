import { FAILPOINT_POSITIONS, failpointName, RUNBOOKS } from '@cacheplane/workflows'
import { describe, expect, test } from 'vitest'
import { Dice } from '../simulation/dice.ts'
import { check } from './harness/check.ts'
import { Customer, type Cache } from './harness/customer.ts'
import { containersOf } from './harness/containers.ts'
import { LooseService } from './harness/loose-service.ts'

/** Only faults of the data plane, or a wish that is not made here, lead there. */
const OFF_THE_PATH = [
  ...['await_files', 'unwind', 'failed', 'diagnose'],
  ...['fence', 'elect', 'promote', 'rebuild', 'close', 'catch_up', 'reopen'],
  ...['join', 'reshard', 'open_slots', 'drain_slots', 'assign_slots', 'retire_shards'],
]
/** They outlive what is made here. */
const LASTING = ['edge.destroy', 'docker-engine.destroy']
const SAMPLE = 4

// Nobody takes a zone out here, or a snapshot.
const NOT_HERE = ['availability-zone', 'snapshot']
const crashPoints = RUNBOOKS.filter(({ kind }) => !NOT_HERE.includes(kind)).flatMap(({ kind, stepNames }) =>
  stepNames
    .filter((step) => !OFF_THE_PATH.includes(step) && !LASTING.includes(`${kind}.${step}`))
    .flatMap((step) => FAILPOINT_POSITIONS.map((position) => failpointName(kind, step, position))),
)

/** `CACHEPLANE_TEST_CRASH_POINTS=all` takes a quarter of an hour; a number is the seed of another sample. */
const wish = process.env.CACHEPLANE_TEST_CRASH_POINTS ?? String(Math.floor(Date.now() / 1_000))
const chosen = wish === 'all' ? crashPoints : sample(new Dice(Number(wish)))

function sample(dice: Dice): string[] {
  const order = crashPoints.map((name) => ({ name, rank: dice.next() })).sort((a, b) => a.rank - b.rank)
  return order.slice(0, SAMPLE).map(({ name }) => name)
}

describe.concurrent(`a worker killed at a crash point (${wish})`, () => {
  test.for(chosen)(
    '%s: another makes one cache and removes all of it',
    async (crashPoint, { onTestFinished }) => {
      const service = await LooseService.start()
      onTestFinished(() => service.clear())
      const customer = new Customer(service)
      const kind = crashPoint.startsWith('cache-cluster') ? 'cache-cluster' : 'replication-group'
      const cache: Cache = { kind, name: 'sessions' }
      const armed = service.startWorker(`${crashPoint}=exit`)
      service.replaceAtEnd(armed)
      await service.isReady()

      await customer.create(cache)
      await customer.becomes(cache, 'available')
      expect(await customer.greet(cache, await customer.portOf(cache))).toMatch(/^PONG|^VERSION/)
      expect(await containersOf(service)).toHaveLength(1)
      expect(await check(service, customer)).toEqual([])

      await customer.delete(cache)
      await customer.becomes(cache, 'gone')
      expect(await armed.ended).toBe('SIGKILL')
      expect(await check(service, customer)).toEqual([])
      expect(await containersOf(service)).toEqual([])
    },
  )
})
