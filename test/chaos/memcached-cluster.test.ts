import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { converse } from '../support/discovery-client.ts'
import { docker } from '../support/docker.ts'
import { DEADLINES, FAULTS } from './deadlines.ts'
import { check } from './harness/check.ts'
import { Customer, type Cache } from './harness/customer.ts'
import { FullService } from './harness/full-service.ts'
import { waitFor } from './harness/wait-for.ts'
import { WatchedList } from './harness/watched-list.ts'

const PAGES: Cache = { kind: 'cache-cluster', name: 'pages', nodes: 3 }
const PATH = '/v1/cache-clusters/pages'

const Shown = z.object({
  numCacheNodes: z.number(),
  cacheNodes: z.array(z.object({ cacheNodeId: z.string(), endpoint: z.object({ port: z.number() }) })),
})

describe('a Memcached cluster', () => {
  let service: FullService
  let customer: Customer
  let port: number
  let watched: WatchedList

  beforeAll(async () => {
    service = await FullService.start()
    customer = new Customer(service)
    await customer.create(PAGES)
    await customer.isServed(PAGES)
    port = await customer.portOf(PAGES)
    watched = new WatchedList(port)
    await waitFor(
      'the list',
      async () => watched.seen.length,
      (count) => count > 0,
      DEADLINES.settled,
    )
  })
  afterAll(async () => {
    await watched?.stop()
    await service.clear()
  })

  const nodes = async () => Shown.parse(JSON.parse((await customer.describe(PAGES)).body)).cacheNodes
  const portOf = async (id: string) =>
    (await nodes()).find(({ cacheNodeId }) => cacheNodeId === id)?.endpoint.port ?? 0
  const listed = async () => (await nodes()).map(({ endpoint }) => `127.0.0.1|127.0.0.1|${endpoint.port}`)
  const modify = async (body: object) => {
    expect((await customer.ask('PATCH', PATH, { ...body, applyImmediately: true })).status).toBe(202)
    await customer.becomes(PAGES, 'available')
  }
  const shows = (version: number) =>
    waitFor(
      'the next list',
      async () => watched.latest.version,
      (seen) => seen === version,
      DEADLINES.settled,
    )

  test('shows nodes that come once they serve, and no longer those that go', async () => {
    expect(watched.latest).toEqual({ version: 1, nodes: await listed() })
    await modify({ numCacheNodes: 5, azMode: 'cross-az' })
    await shows(2)
    expect((await nodes()).map((node) => node.cacheNodeId)).toEqual(['0001', '0002', '0003', '0004', '0005'])
    expect(watched.latest.nodes).toEqual(await listed())
    const leaving = await portOf('0002')
    await modify({ numCacheNodes: 4, cacheNodeIdsToRemove: ['0002'] })
    await shows(3)
    expect(watched.latest.nodes).toEqual(await listed())
    expect((await nodes()).map((node) => node.cacheNodeId)).toEqual(['0001', '0003', '0004', '0005'])
    await expect(converse(leaving, ['version\r\n'])).rejects.toThrow()
    expect(watched.violations).toEqual([])
  })

  test('has a lost node back, empty, under its address, and leads plain clients to another meanwhile', async () => {
    const first = await portOf('0001')
    expect(await converse(port, ['set a 0 0 1\r\nx\r\n'])).toBe('STORED\r\n')
    expect(await converse(first, ['get a\r\n'])).toContain('VALUE')
    const filters = {
      label: [`dev.cacheplane.installation=${service.installation.config.CACHEPLANE_INSTALLATION}`],
    }
    const [container] = (await docker.listContainers({ filters })).filter(({ Names }) =>
      Names.some((name) => name.startsWith('/cacheplane-pages-0001-')),
    )
    await docker.getContainer(container?.Id ?? '').kill()
    const says = () => converse(port, ['get a\r\n']).catch(String)
    await waitFor('another node to answer', says, (said) => said === 'END\r\n', DEADLINES.settled)
    await customer.becomes(PAGES, 'available')
    expect(await portOf('0001')).toBe(first)
    expect(await converse(first, ['get a\r\n'])).toBe('END\r\n')
    expect(watched.latest.version).toBe(3)
    expect(watched.violations).toEqual([])
  })

  test('is found and served while the control plane is away', async () => {
    await service.down()
    expect(await customer.status(PAGES)).toBe('0')
    expect(await converse(port, ['set b 0 0 1\r\ny\r\n', 'get b\r\n', 'config get cluster\r\n'])).toMatch(
      /^STORED\r\nVALUE b 0 1\r\ny\r\nEND\r\nCONFIG cluster 0 \d+\r\n3\n/,
    )
    await sleep(FAULTS.controlPlaneAway)
    await service.comeBack()
    await customer.becomes(PAGES, 'available')
    expect(await converse(port, ['get b\r\n'])).toContain('VALUE b')
    expect(watched.latest.version).toBe(3)
    expect(watched.violations).toEqual([])
    expect(await check(service, customer)).toEqual([])
  })
})
