import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { docker } from '../support/docker.ts'
import { check } from './harness/check.ts'
import { Customer, type Cache } from './harness/customer.ts'
import { LooseService } from './harness/loose-service.ts'
import type { Program } from './harness/program.ts'

const [removed, killed, restarted, untouched] = ['removed', 'killed', 'restarted', 'untouched'].map(
  (name): Cache => ({ kind: 'replication-group', name }),
) as [Cache, Cache, Cache, Cache]

/** A worker may have taken away what is dead before anybody could start it again. */
async function startedUnlessGone(id: string): Promise<void> {
  await docker
    .getContainer(id)
    .start()
    .catch(() => undefined)
}

interface Standing {
  id: string
  port: number
  incarnation: number
}

describe('a container that somebody else takes away', () => {
  let service: LooseService
  let customer: Customer
  let worker: Program

  beforeAll(async () => {
    service = await LooseService.start()
    customer = new Customer(service)
    worker = service.startWorker()
    await service.isReady()
    const all = [removed, killed, restarted, untouched]
    await Promise.all(all.map((cache) => customer.create(cache)))
    await Promise.all(all.map((cache) => customer.becomes(cache, 'available')))
  })
  afterAll(() => service.clear())

  const standing = async ({ name }: Cache): Promise<Standing> => {
    const { nodes } = await service.installation.store.audit()
    const node = nodes.find((one) => one.name === `${name}-001/0001`)
    const filters = { label: [`dev.cacheplane.node=${node?.id}`] }
    const found = await docker.listContainers({ all: true, filters })
    return { id: found[0]?.Id ?? '', port: node?.port ?? 0, incarnation: node?.incarnation ?? 0 }
  }

  /** On the same port, by another container, and the group says so while it lasts. */
  const isReplaced = async (cache: Cache, before: Standing): Promise<void> => {
    await customer.becomes(cache, 'modifying')
    await customer.becomes(cache, 'available')
    const after = await standing(cache)
    expect(after).toEqual({ id: expect.any(String), port: before.port, incarnation: before.incarnation + 1 })
    expect(after.id).not.toBe(before.id)
    expect(await customer.greet(cache, before.port)).toBe('PONG')
  }

  test('by docker rm -f: the node is replaced on the same port', async () => {
    const before = await standing(removed)
    await docker.getContainer(before.id).remove({ force: true })
    await isReplaced(removed, before)
  })

  test('by docker kill: the node is replaced on the same port', async () => {
    const before = await standing(killed)
    await docker.getContainer(before.id).kill()
    await isReplaced(killed, before)
  })

  test('by docker kill, and given back empty by docker start: it meets no client and is replaced', async () => {
    const before = await standing(restarted)
    await docker.getContainer(before.id).kill()
    await startedUnlessGone(before.id)
    await isReplaced(restarted, before)
  })

  test('the same while no worker is there to see it: the next worker finds out', async () => {
    const before = await standing(restarted)
    await worker.kill()
    await docker.getContainer(before.id).kill()
    await docker.getContainer(before.id).start()
    expect(await customer.greet(restarted, before.port)).not.toBe('PONG')
    worker = service.startWorker()
    await isReplaced(restarted, before)
  })

  test('nothing else was touched, and nothing is left behind', async () => {
    expect(await standing(untouched)).toMatchObject({ incarnation: 1 })
    expect(await check(service, customer)).toEqual([])
  })
})
