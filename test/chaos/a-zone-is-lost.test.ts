import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Canary, reigns } from '../support/canary.ts'
import { DOCKER_ADDRESS } from '../support/docker.ts'
import { PrivateHosts, whyNoHosts } from '../support/private-engines/private-hosts.ts'
import { RespClient, type RespTarget } from '../support/resp-client.ts'
import { TwoPrimaries } from '../support/two-primaries.ts'
import { DEADLINES } from './deadlines.ts'
import { check } from './harness/check.ts'
import { Customer } from './harness/customer.ts'
import { LooseService } from './harness/loose-service.ts'
import { waitFor } from './harness/wait-for.ts'

const ZONES = ['eu-1a', 'eu-1b', 'eu-1c']
/** The primary is not on the engine of the endpoint. */
const PLACES = ['eu-1b', 'eu-1a', 'eu-1c']
/** Replication is asynchronous: what was acknowledged within this time before a fault may be lost with the primary. */
const LAG_MS = 1_000
const LOST = 'eu-1b'

const Endpoint = z.object({ address: z.string(), port: z.number() })
const Described = z.object({
  status: z.string(),
  nodeGroups: z.array(
    z.object({
      primaryEndpoint: Endpoint,
      nodeGroupMembers: z.array(
        z.object({
          currentRole: z.enum(['primary', 'replica']),
          preferredAvailabilityZone: z.string(),
          readEndpoint: Endpoint,
        }),
      ),
    }),
  ),
})

const obstacle = await whyNoHosts()
if (obstacle !== null) process.stderr.write(`left out, zones on hosts of their own: ${obstacle}\n`)

describe.skipIf(obstacle !== null)('a group over three zones, each of them a host of its own', () => {
  let hosts: PrivateHosts
  let service: LooseService
  let customer: Customer
  let canary: Canary
  let sampler: TwoPrimaries
  const group = { kind: 'replication-group', name: 'orders' } as const

  beforeAll(async () => {
    hosts = await PrivateHosts.open(ZONES.length)
    const zones = hosts.engines.map(({ socket, address }, i) => `${ZONES[i]}=unix://${socket}#${address}`)
    service = await LooseService.start(DOCKER_ADDRESS, zones.join(','))
    customer = new Customer(service)
    service.startWorker()
    await service.isReady()
    const wish = {
      replicationGroupId: group.name,
      description: 'orders',
      engine: 'valkey',
      cacheNodeType: 'cache.t4g.micro',
      transitEncryptionEnabled: true,
      authToken: customer.canary,
      numCacheClusters: 3,
      automaticFailoverEnabled: true,
      multiAZEnabled: true,
      preferredCacheClusterAZs: PLACES,
    }
    const asked = await customer.ask('POST', '/v1/replication-groups', wish)
    if (asked.status !== 202) throw new Error(asked.body)
    await customer.becomes(group, 'available')
    canary = new Canary(await target((await shard()).primaryEndpoint))
    const nodes = (await shard()).nodeGroupMembers.map(({ readEndpoint }) => target(readEndpoint))
    sampler = new TwoPrimaries(await Promise.all(nodes))
  })
  afterAll(async () => {
    await Promise.all([canary?.stop(), sampler?.stop()])
    await service?.clear()
    await hosts?.close()
  })

  const shard = async () => {
    const { body } = await customer.describe(group)
    const found = Described.parse(JSON.parse(body)).nodeGroups[0]
    if (found === undefined) throw new Error(`no node group in ${body}`)
    return found
  }
  const target = async ({ address, port }: z.infer<typeof Endpoint>): Promise<RespTarget> => ({
    ...(await customer.target(port)),
    host: address,
  })
  const containersAt = async (index: number): Promise<string[]> => {
    const found = await hosts.at(index).docker.listContainers({ all: true })
    return found.map(({ Names, State }) => `${Names[0]} ${State}`)
  }
  const ask = async (endpoint: z.infer<typeof Endpoint>, ...command: string[]) => {
    const client = await RespClient.open(await target(endpoint))
    return client.ask([command], 1_000).finally(() => client.close())
  }

  test('is reached at the addresses that its zones announce, with TLS, and replicates between them', async () => {
    const { primaryEndpoint, nodeGroupMembers } = await shard()
    expect(primaryEndpoint.address).toBe(hosts.at(0).address)
    expect(nodeGroupMembers.map((one) => one.preferredAvailabilityZone)).toEqual(PLACES)
    const addresses = PLACES.map((zone) => hosts.at(ZONES.indexOf(zone)).address)
    expect(nodeGroupMembers.map((one) => one.readEndpoint.address)).toEqual(addresses)
    await ask(primaryEndpoint, 'SET', 'greeting', 'hello')
    for (const { readEndpoint } of nodeGroupMembers) {
      const look = async () => String((await ask(readEndpoint, 'GET', 'greeting'))[0])
      await waitFor(`${readEndpoint.address} to have the key`, look, (said) => said === 'hello', 5_000)
    }
  })

  test('fails over when the host of its primary loses power, and writes go on within seconds', async () => {
    await expect.poll(() => canary.acks.length, { timeout: DEADLINES.settled }).toBeGreaterThan(10)
    const faultMs = performance.now()
    await hosts.at(ZONES.indexOf(LOST)).powerOff()
    const next = () => canary.acks.find(({ sentMs }) => sentMs > faultMs + LAG_MS)
    await expect.poll(next, { timeout: DEADLINES.settled }).toBeDefined()
    expect((next()?.atMs ?? Infinity) - faultMs).toBeLessThan(DEADLINES.failover)
    const look = async () => (await shard()).nodeGroupMembers.find((one) => one.currentRole === 'primary')
    const isElsewhere = (seen: Awaited<ReturnType<typeof look>>) => seen?.preferredAvailabilityZone !== LOST
    await waitFor('another primary', look, isElsewhere, DEADLINES.settled)
    expect((await canary.lost()).filter(({ atMs }) => atMs < faultMs - LAG_MS)).toEqual([])
    await customer.becomes(group, 'modifying')
  })

  test('is whole again when the host is back, where nothing of before is left or ever served', async () => {
    const index = ZONES.indexOf(LOST)
    await hosts.at(index).powerOn()
    expect((await containersAt(index)).filter((one) => one.endsWith('running'))).toEqual([])
    await customer.becomes(group, 'available')
    const { nodeGroupMembers } = await shard()
    expect(nodeGroupMembers.map((one) => one.preferredAvailabilityZone).sort()).toEqual(ZONES)
    expect(await containersAt(index)).toEqual([expect.stringMatching(/-g\d+ running$/)])
    expect(sampler.found).toEqual([])
    const order = reigns(canary.acks)
    expect(order).toHaveLength(2)
  })

  test('leaves nothing on any host when it is deleted', async () => {
    await Promise.all([canary.stop(), sampler.stop()])
    expect(await check(service, customer)).toEqual([])
    await customer.delete(group)
    await customer.becomes(group, 'gone')
    const left = await Promise.all(ZONES.map((_, index) => containersAt(index)))
    expect(left.flat().filter((one) => !one.includes('edge'))).toEqual([])
  })
})
