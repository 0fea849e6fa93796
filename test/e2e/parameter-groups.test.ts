import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { configuredNode } from '@cacheplane/domain'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Customer, type Cache } from '../chaos/harness/customer.ts'
import { LooseService } from '../chaos/harness/loose-service.ts'
import { waitFor } from '../chaos/harness/wait-for.ts'
import { RespClient, type RespTarget } from '../support/resp-client.ts'

const NEW_TOKEN = 'CANARY-another-token'
const WITHIN_MS = 60_000
const PATCHED = z.object({ status: z.string(), pendingModifiedValues: z.object({}) })
const Members = z.object({
  nodeGroups: z.array(
    z.object({ nodeGroupMembers: z.array(z.object({ readEndpoint: z.object({ port: z.number() }) })) }),
  ),
})
const Cluster = z.object({
  cacheParameterGroup: z.object({
    parameterApplyStatus: z.string(),
    cacheNodeIdsToReboot: z.array(z.string()),
  }),
  cacheNodes: z.array(z.object({ endpoint: z.object({ port: z.number() }).optional() })).optional(),
})
const NOW = { applyImmediately: true }
const group: Cache = { kind: 'replication-group', name: 'orders', nodes: 3 }
const pages: Cache = { kind: 'cache-cluster', name: 'pages' }

describe('parameter groups and tokens, on real engines and under clients', () => {
  let service: LooseService
  let customer: Customer
  let members: RespTarget[]

  beforeAll(async () => {
    service = await LooseService.start()
    customer = new Customer(service)
    service.startWorker()
    await service.isReady()
    await createParameterGroup('lru', 'valkey8')
    await createParameterGroup('big-items', 'memcached1.6')
    const alone = { cacheClusterId: 'alone', engine: 'valkey', cacheNodeType: 'cache.t4g.micro' }
    await accept('POST', '/v1/cache-clusters', { ...alone, cacheParameterGroupName: 'LRU' })
    await Promise.all([customer.create(group), customer.create(pages)])
    await Promise.all([group, pages].map((cache) => customer.becomes(cache, 'available')))
    await inSync('alone')
    members = await membersOf()
  })
  afterAll(() => service.clear())

  test('a value is told to every node that runs, and a caller sees which have taken it', async () => {
    await accept('PATCH', '/v1/replication-groups/orders', { ...NOW, cacheParameterGroupName: 'lru' })
    await set('lru', { 'maxmemory-policy': 'allkeys-lru', 'reserved-memory-percent': '50' })
    for (const name of ['orders-001', 'orders-002', 'orders-003', 'alone']) await inSync(name)
    await customer.becomes(group, 'available')
    const half = 'maxmemory:268435456'
    for (const target of [...members, await portOf('alone')])
      expect(await info(target, 'memory')).toEqual(
        expect.arrayContaining([half, 'maxmemory_policy:allkeys-lru']),
      )
  })

  test('memcached takes a value up when it is restarted, and says so until then', async () => {
    await accept('PATCH', '/v1/cache-clusters/pages', { ...NOW, cacheParameterGroupName: 'big-items' })
    await set('big-items', { max_item_size: '2097152' })
    const pending = await waitFor('pages to be pending', () => parametersOf('pages'), isPending, WITHIN_MS)
    expect(pending.cacheNodeIdsToReboot).toEqual(['0001'])
    expect(await itemSizeMax()).toBe('1048576')
    await customer.becomes(pages, 'available')
    await accept('POST', '/v1/cache-clusters/pages/reboot', { cacheNodeIdsToReboot: ['0001'] })
    await inSync('pages')
    await customer.becomes(pages, 'available')
    expect(await itemSizeMax()).toBe('2097152')
  })

  test('a token changes while clients run: nobody is cut off, and nobody gets in without one', async () => {
    const running = await Promise.all(members.map((target) => RespClient.open(target)))
    const copies = await fullCopies()
    const seen = new Prober(members)
    await change({ authToken: NEW_TOKEN, authTokenUpdateStrategy: 'ROTATE' })
    for (const target of members)
      expect([await greet(target), await greet({ ...target, password: NEW_TOKEN })]).toEqual(['PONG', 'PONG'])

    seen.good = NEW_TOKEN
    await change({ authToken: NEW_TOKEN, authTokenUpdateStrategy: 'SET' })
    await seen.stop()
    for (const target of members) {
      expect(await greet(target)).toMatch(/WRONGPASS/)
      expect(await greet({ ...target, password: NEW_TOKEN })).toBe('PONG')
    }
    expect(seen.intruders).toEqual([])
    expect(seen.locked).toEqual([])
    for (const client of running) expect(await client.ask([['PING']], 2_000)).toEqual(['PONG'])
    for (const client of running) client.close()
    members = members.map((target) => ({ ...target, password: NEW_TOKEN }))
    expect(await fullCopies()).toEqual(copies)
  })

  test('what somebody changes by hand is set back', async () => {
    const { store, fleet } = service.installation
    const cluster = await store.findCacheCluster('000000000000', 'alone')
    const subject = await store.loadNode(cluster?.nodes[0]?.id ?? '')
    if (subject === null) throw new Error('the node is gone')
    const byHand = { 'maxmemory-policy': 'noeviction', timeout: '20' }
    expect(await fleet.configureNode(configuredNode(subject).spec, byHand)).toEqual({ kind: 'ready' })
    const target = await portOf('alone')
    expect(await info(target, 'memory')).toContain('maxmemory_policy:noeviction')
    const look = () => info(target, 'memory')
    await waitFor('the policy', look, (lines) => lines.includes('maxmemory_policy:allkeys-lru'), WITHIN_MS)
  })

  async function accept(method: string, path: string, body: object): Promise<unknown> {
    const answer = await customer.ask(method, path, body)
    expect(answer, answer.body).toMatchObject({ status: expect.toBeOneOf([200, 201, 202]) })
    return JSON.parse(answer.body)
  }

  function createParameterGroup(cacheParameterGroupName: string, cacheParameterGroupFamily: string) {
    const body = { cacheParameterGroupName, cacheParameterGroupFamily, description: 'of a test' }
    return accept('POST', '/v1/parameter-groups', body)
  }

  function set(name: string, values: Record<string, string>) {
    const parameterNameValues = Object.entries(values).map(([parameterName, parameterValue]) => ({
      parameterName,
      parameterValue,
    }))
    return accept('PATCH', `/v1/parameter-groups/${name}`, { parameterNameValues })
  }

  async function parametersOf(name: string) {
    const { body } = await customer.ask('GET', `/v1/cache-clusters/${name}`)
    return Cluster.parse(JSON.parse(body)).cacheParameterGroup
  }

  function inSync(name: string) {
    return waitFor(
      `${name} to be in sync`,
      async () => ({
        is: await parametersOf(name),
        status: await customer.status({ kind: 'cache-cluster', name }),
      }),
      ({ is, status }) => is.parameterApplyStatus === 'in-sync' && status === 'available',
      WITHIN_MS,
    )
  }

  async function portOf(name: string): Promise<RespTarget> {
    const { body } = await customer.ask('GET', `/v1/cache-clusters/${name}`)
    return { port: Cluster.parse(JSON.parse(body)).cacheNodes?.[0]?.endpoint?.port ?? 0 }
  }

  async function membersOf(): Promise<RespTarget[]> {
    const { nodeGroups } = Members.parse(JSON.parse((await customer.describe(group)).body))
    const ports = nodeGroups.flatMap((shard) => shard.nodeGroupMembers.map((one) => one.readEndpoint.port))
    return Promise.all(ports.map((port) => customer.target(port)))
  }

  async function change(update: object): Promise<void> {
    PATCHED.parse(await accept('PATCH', '/v1/replication-groups/orders', { ...NOW, ...update }))
    await customer.becomes(group, 'available')
    const { body } = await customer.describe(group)
    expect(PATCHED.parse(JSON.parse(body)).pendingModifiedValues).toEqual({})
  }

  /** How often replicas had to copy everything: a link that breaks and comes back may show here. */
  async function fullCopies(): Promise<string[]> {
    const lines = await Promise.all(members.map((target) => info(target, 'stats')))
    return lines.flatMap((one) => one.filter((line) => /^sync_(full|partial_ok)/.test(line)))
  }

  async function itemSizeMax(): Promise<string | undefined> {
    const port = await customer.portOf(pages)
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('stats settings\r\nquit\r\n'))
      let said = ''
      socket.on('data', (chunk) => (said += chunk.toString('latin1')))
      socket.on('close', () => resolve(said))
      socket.on('error', reject)
    })
    return /STAT item_size_max (\d+)/.exec(text)?.[1]
  }
})

const isPending = (seen: { parameterApplyStatus: string }) => seen.parameterApplyStatus === 'pending-reboot'

async function info(target: RespTarget, section: string): Promise<string[]> {
  const client = await RespClient.open(target)
  try {
    const [text] = await client.ask([['INFO', section]], 2_000)
    return String(text).split('\r\n')
  } finally {
    client.close()
  }
}

/** `PONG`, or why not. */
async function greet(target: RespTarget): Promise<string> {
  try {
    const client = await RespClient.open(target)
    const [said] = await client.ask([['PING']], 2_000).finally(() => client.close())
    return String(said)
  } catch (error) {
    return error instanceof Error ? error.message : 'failed'
  }
}

/** New clients all the time, without a token and with one that is good at the moment. */
class Prober {
  readonly intruders: string[] = []
  readonly locked: string[] = []
  #isOver = false
  good: string | undefined
  readonly #done: Promise<void>

  constructor(private readonly targets: readonly RespTarget[]) {
    this.good = targets[0]?.password
    this.#done = this.#probe()
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await this.#done
  }

  async #probe(): Promise<void> {
    while (!this.#isOver) {
      for (const { port, ca } of this.targets) {
        const anonymous = { port, ...(ca !== undefined && { ca }) }
        const said = await greet(anonymous)
        if (!said.startsWith('NOAUTH')) this.intruders.push(said)
        const known = await greet({ ...anonymous, ...(this.good !== undefined && { password: this.good }) })
        if (known !== 'PONG') this.locked.push(known)
      }
      await sleep(5)
    }
  }
}
