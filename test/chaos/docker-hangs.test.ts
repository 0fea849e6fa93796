import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { FAULTS } from './deadlines.ts'
import { check } from './harness/check.ts'
import { Customer, type Cache } from './harness/customer.ts'
import { DockerProxy, type Silence } from './harness/docker-proxy.ts'
import { LooseService } from './harness/loose-service.ts'

const group = (name: string): Cache => ({ kind: 'replication-group', name })
const SILENCES: Silence[] = ['deaf', 'mute']

describe.concurrent('a Docker engine that does not answer for 20 s', () => {
  test.for(SILENCES)(
    '(%s) takes no cache for dead, and creations and deletions go on when it is back',
    async (silence, { onTestFinished }) => {
      const proxy = await DockerProxy.start(join(tmpdir(), `cp-${randomBytes(6).toString('hex')}.sock`))
      const service = await LooseService.start(proxy.address)
      onTestFinished(async () => {
        await service.clear()
        await proxy.close()
      })
      const customer = new Customer(service)
      service.startWorker()
      await service.isReady()
      const [staying, going, coming] = [group('staying'), group('going'), group('coming')]
      await Promise.all([customer.create(staying), customer.create(going)])
      await Promise.all([customer.becomes(staying, 'available'), customer.becomes(going, 'available')])
      const port = await customer.portOf(staying)

      await Promise.all([customer.create(coming), customer.delete(going)])
      // Any moment in the middle of both.
      await sleep(Math.random() * 400)
      proxy.hang(silence)
      const endMs = performance.now() + FAULTS.engineHangs
      while (performance.now() < endMs) {
        expect(await customer.greet(staying, port)).toBe('PONG')
        expect(await customer.status(staying)).toMatch(/available|modifying/)
        await sleep(500)
      }
      proxy.resume()

      await Promise.all([customer.becomes(coming, 'available'), customer.becomes(going, 'gone')])
      await customer.becomes(staying, 'available')
      expect(await customer.greet(coming, await customer.portOf(coming))).toBe('PONG')
      expect(await check(service, customer)).toEqual([])
      const audit = await service.installation.store.audit()
      expect(audit.nodes.find(({ name }) => name.startsWith('staying'))).toMatchObject({
        incarnation: 1,
      })
      expect(await customer.portOf(staying)).toBe(port)
    },
  )
})
