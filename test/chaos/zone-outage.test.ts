import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { reigns } from '../support/canary.ts'
import { docker, DOCKER_ADDRESS } from '../support/docker.ts'
import { DEADLINES, FAULTS } from './deadlines.ts'
import { check } from './harness/check.ts'
import { containersOf } from './harness/containers.ts'
import { Customer, type Cache } from './harness/customer.ts'
import { LooseService } from './harness/loose-service.ts'
import { waitFor } from './harness/wait-for.ts'
import { WatchedGroup } from './harness/watched-group.ts'

const ZONES = ['local-1a', 'local-1b', 'local-1c']
const STRANGER = { Image: 'cacheplane/engine:valkey-8.1', Cmd: ['valkey-server', '--save', ''] }

describe('a user who takes an availability zone out', () => {
  let service: LooseService
  let customer: Customer
  let watched: WatchedGroup
  let stranger: ReturnType<typeof docker.getContainer>

  beforeAll(async () => {
    stranger = await docker.createContainer(STRANGER)
    await stranger.start()
    const zones = ZONES.map((zone) => `${zone}=${DOCKER_ADDRESS}`).join(',')
    service = await LooseService.start(DOCKER_ADDRESS, zones)
    customer = new Customer(service)
    service.startWorker()
    await service.isReady()
    watched = await WatchedGroup.create(service, customer, { name: 'orders', takesOver: true })
  })
  afterAll(async () => {
    await watched?.stop()
    await service?.clear()
    await stranger?.remove({ force: true })
  })

  const outage = async (method: 'POST' | 'DELETE', zone: string, body?: object): Promise<void> => {
    const path = `/v1/availability-zones/${zone}/outage`
    const answer = await customer.ask(method, path, body, { prefer: 'wait=20' })
    if (answer.status !== 200)
      throw new Error(`${method} ${path} was answered ${answer.status} ${answer.body}`)
  }
  const zoneOf = async (clusterId: string): Promise<string> => {
    const { body } = await customer.describe({ kind: 'cache-cluster', name: clusterId })
    return (JSON.parse(body) as { preferredAvailabilityZone: string }).preferredAvailabilityZone
  }
  const zonesOf = async (): Promise<string[]> => {
    const { members } = await watched.group.state()
    return (await Promise.all(members.map((member) => zoneOf(member.cacheClusterId)))).sort()
  }

  test.for(['kill', 'freeze'] as const)(
    'loses its primary by %s and writes on within seconds; redundancy returns when the zone does',
    async (mode) => {
      const edges = await containersOf(service, 'edge')
      const primary = await watched.group.primary()
      const zone = await zoneOf(primary.cacheClusterId)
      const before = await watched.group.failovers()
      const faultMs = performance.now()
      await outage('POST', zone, { mode })
      await expect
        .poll(() => watched.silenceAfter(faultMs), { timeout: DEADLINES.settled })
        .toBeLessThan(Infinity)
      expect(watched.silenceAfter(faultMs)).toBeLessThan(DEADLINES.failover + 1_000)
      const cache: Cache = watched.cache
      await sleep(FAULTS.afterThaw)
      expect(await customer.status(cache)).toBe('modifying')
      expect((await customer.describe(cache)).body).toContain(`availability zone ${zone} is out`)
      await outage('DELETE', zone)
      await watched.group.isWholeAfter(before, DEADLINES.settled)
      const look = () => customer.status(cache)
      await waitFor('the group to be whole', look, (seen) => seen === 'available', DEADLINES.settled)
      expect(await zonesOf()).toEqual(ZONES)
      expect(await watched.violations(faultMs)).toEqual([])
      const order = reigns(watched.canary.acks)
      expect(new Set(order).size).toBe(order.length)
      expect(await containersOf(service, 'edge')).toEqual(edges)
      expect((await stranger.inspect()).State.Status).toBe('running')
    },
  )

  test('leaves nothing behind', async () => {
    await watched.stop()
    expect(watched.sampler.found).toEqual([])
    expect(await check(service, customer)).toEqual([])
  })
})
