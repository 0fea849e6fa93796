import { randomBytes } from 'node:crypto'
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Customer, type Cache } from '../chaos/harness/customer.ts'
import { LooseService } from '../chaos/harness/loose-service.ts'
import { docker } from '../support/docker.ts'
import { RespClient } from '../support/resp-client.ts'

const WITHIN_MS = 5_000
const WAIT = { prefer: 'wait=60' }
const Snapshot = z.looseObject({
  snapshotStatus: z.string(),
  nodeSnapshots: z.array(z.looseObject({ cacheClusterId: z.string() })),
})
const Events = z.object({ events: z.array(z.object({ message: z.string() })) })

/** Everything whose loss would not be seen in a count of keys: types, times to live, what is not text, other databases. */
const DATA: string[][] = [
  ['SET', 'text', 'CANARY-in-the-data'],
  ['SET', 'fleeting', 'soon gone', 'PX', '3600000'],
  ['SET', 'empty', ''],
  ['RPUSH', 'list', 'a', 'b', 'c'],
  ['HSET', 'hash', 'name', 'orders', 'count', '7'],
  ['SADD', 'set', 'x', 'y'],
  ['ZADD', 'board', '1', 'ann', '2.5', 'bob'],
  ['XADD', 'stream', '5-1', 'field', 'value'],
  ['SETRANGE', 'wide', '300000', 'end'],
  ['SELECT', '3'],
  ['SET', 'elsewhere', 'in database 3'],
  ['SELECT', '0'],
]
const QUESTIONS: string[][] = [
  ['GET', 'text'],
  ['GET', 'empty'],
  ['LRANGE', 'list', '0', '-1'],
  ['HGET', 'hash', 'count'],
  ['SCARD', 'set'],
  ['ZSCORE', 'board', 'bob'],
  ['XLEN', 'stream'],
  ['STRLEN', 'wide'],
  ['DBSIZE'],
  ['SELECT', '3'],
  ['GET', 'elsewhere'],
  ['SELECT', '0'],
]

const ORDERS_URL = '/v1/replication-groups/orders'
const orders: Cache = { kind: 'replication-group', name: 'orders', nodes: 2 }

describe('snapshots and what is made from them, on real engines', () => {
  let service: LooseService
  let customer: Customer
  let answers: unknown[]

  beforeAll(async () => {
    service = await LooseService.start()
    customer = new Customer(service)
    service.startWorker()
    await service.isReady()
    await customer.create({ ...orders, runs: { engine: 'redis', engineVersion: '7.0' } })
    await customer.becomes(orders, 'available')
    await say(orders, DATA)
    await say(orders, [['WAIT', '1', '2000']])
    answers = await say(orders, QUESTIONS)
  })
  afterAll(() => service.clear())

  test('a snapshot is read from the replica, and is sealed where it lies', async () => {
    const body = { snapshotName: 'monday', replicationGroupId: 'orders' }
    const taken = await customer.ask('POST', '/v1/snapshots', body, WAIT)
    expect(taken, taken.body).toMatchObject({ status: 200 })
    const snapshot = Snapshot.parse(JSON.parse(taken.body))
    expect(snapshot).toMatchObject({
      snapshotStatus: 'available',
      snapshotSource: 'manual',
      replicationGroupId: 'orders',
      engine: 'redis',
      engineVersion: '7.0',
      nodeSnapshots: [{ cacheClusterId: 'orders-002', nodeGroupId: '0001', cacheSize: '1 MB' }],
    })
    expect(await customer.status(orders)).toBe('available')
    expect(await eventsOf('orders')).toContain(
      "Snapshot succeeded for snapshot with ID 'monday' of replication group with ID 'orders'",
    )
    const [file = ''] = await readdir(vault())
    expect((await readFile(join(vault(), file))).includes('CANARY')).toBe(false)
    expect(await trialsLeft()).toEqual([])
  })

  test('all of it comes back in a newer engine on another node type, replicas included', async () => {
    const tuesday: Cache = { kind: 'replication-group', name: 'tuesday' }
    await restore('tuesday', {
      engine: 'valkey',
      cacheNodeType: 'cache.t4g.small',
      numCacheClusters: 2,
      snapshotName: 'monday',
    })
    expect(await say(tuesday, QUESTIONS)).toEqual(answers)
    const [left] = await say(tuesday, [['PTTL', 'fleeting']])
    expect(left).toBeGreaterThan(3_000_000)
    const [replicas] = await say(tuesday, [['WAIT', '1', '2000']])
    expect(replicas).toBe(1)
    expect(await say(orders, QUESTIONS)).toEqual(answers)
  })

  test('a primary that dies while it loads is made again with its data, and never empty', async () => {
    const body = wishOf('wednesday', { snapshotName: 'monday' })
    const accepted = await customer.ask('POST', '/v1/replication-groups', body)
    expect(accepted, accepted.body).toMatchObject({ status: 202 })
    await killFirst('wednesday')
    const wednesday: Cache = { kind: 'replication-group', name: 'wednesday' }
    await customer.becomes(wednesday, 'available')
    expect(await say(wednesday, QUESTIONS)).toEqual(answers)
  })

  test('what cannot be restored is refused with the reason, and leaves nothing', async () => {
    const older = await customer.ask(
      'POST',
      '/v1/replication-groups',
      wishOf('older', { engine: 'redis', engineVersion: '6.0', snapshotName: 'monday' }),
    )
    expect(older.status).toBe(400)
    expect(older.body).toContain('was written by redis 7.0, which redis 6.0 cannot read')
    const missing = await customer.ask(
      'POST',
      '/v1/replication-groups',
      wishOf('missing', { snapshotName: 'no-such' }),
    )
    expect(missing).toMatchObject({ status: 404, body: expect.stringContaining('SnapshotNotFoundFault') })
    expect(await customer.status({ kind: 'replication-group', name: 'older' })).toBe('gone')
  })

  test('a file that was damaged in the vault never becomes a cache', async () => {
    const body = { snapshotName: 'spoilt', replicationGroupId: 'orders' }
    expect(await customer.ask('POST', '/v1/snapshots', body, WAIT)).toMatchObject({ status: 200 })
    const { store } = service.installation
    const spoilt = await store.findSnapshot('000000000000', 'spoilt')
    const path = join(vault(), `${spoilt?.files[0]?.fileId}.rdb.sealed`)
    const sealed = await readFile(path)
    await writeFile(path, sealed.subarray(0, sealed.length - 100))
    const accepted = await customer.ask(
      'POST',
      '/v1/replication-groups',
      wishOf('damaged', { snapshotName: 'spoilt' }),
      { prefer: 'wait=30' },
    )
    expect(accepted.status, accepted.body).toBe(500)
    expect(accepted.body).toContain('is cut short')
  })

  test('a group whose final snapshot cannot be kept stays, and serves all it holds', async () => {
    await rename(vault(), `${vault()}-away`)
    await writeFile(vault(), 'no directory')
    try {
      const refused = await customer.ask(
        'DELETE',
        `${ORDERS_URL}?finalSnapshotIdentifier=last`,
        undefined,
        WAIT,
      )
      expect(refused.status, refused.body).toBe(500)
      expect(refused.body).toContain(
        'was not deleted: its final snapshot could not be taken: the vault could not',
      )
    } finally {
      await rm(vault())
      await rename(`${vault()}-away`, vault())
    }
    await customer.becomes(orders, 'available')
    expect(await say(orders, QUESTIONS)).toEqual(answers)
    expect(await customer.ask('DELETE', '/v1/snapshots/last', undefined, WAIT)).toMatchObject({ status: 204 })
  })

  test('a group goes once its final snapshot is kept, which has all that it held', async () => {
    await say(orders, [['SET', 'late', 'to the last']])
    const gone = await customer.ask('DELETE', `${ORDERS_URL}?finalSnapshotIdentifier=Last`, undefined, WAIT)
    expect(gone, gone.body).toMatchObject({ status: 204 })
    expect(await customer.status(orders)).toBe('gone')
    const last = await customer.ask('GET', '/v1/snapshots/last')
    expect(JSON.parse(last.body)).toMatchObject({
      snapshotStatus: 'available',
      nodeSnapshots: [{ cacheClusterId: 'orders-001' }],
    })
    await restore('again', { snapshotName: 'last' })
    expect(await say({ name: 'again' }, [['GET', 'late']])).toEqual(['to the last'])
  })

  test('a copy has the same bytes, and is there when what it is of is gone', async () => {
    const body = { targetSnapshotName: 'kept' }
    const copied = await customer.ask('POST', '/v1/snapshots/last/copy', body, WAIT)
    expect(copied, copied.body).toMatchObject({ status: 200 })
    expect(JSON.parse(copied.body)).toMatchObject({ snapshotStatus: 'available', snapshotSource: 'manual' })
    const again = await customer.ask('POST', '/v1/snapshots/last/copy', body)
    expect(again).toMatchObject({ status: 400, body: expect.stringContaining('SnapshotAlreadyExistsFault') })
    const exported = await customer.ask('GET', '/v1/snapshots/last/export')
    expect(await customer.ask('DELETE', '/v1/snapshots/last', undefined, WAIT)).toMatchObject({ status: 204 })
    expect(await customer.ask('GET', '/v1/snapshots/kept/export')).toEqual(exported)
  })

  test('a snapshot goes with its file, and one of a name that is gone is not found', async () => {
    const before = await readdir(vault())
    const gone = await customer.ask('DELETE', '/v1/snapshots/monday', undefined, WAIT)
    expect(gone).toMatchObject({ status: 204 })
    expect(await customer.ask('GET', '/v1/snapshots/monday')).toMatchObject({ status: 404 })
    expect(await readdir(vault())).toHaveLength(before.length - 1)
  })

  const vault = (): string => service.installation.config.CACHEPLANE_VAULT

  async function say({ name }: Pick<Cache, 'name'>, commands: string[][]): Promise<unknown[]> {
    const port = await customer.portOf({ kind: 'replication-group', name })
    const client = await RespClient.open(await customer.target(port))
    try {
      return await client.ask(commands, WITHIN_MS)
    } finally {
      client.close()
    }
  }

  function wishOf(name: string, more: object): object {
    return {
      replicationGroupId: name,
      description: name,
      transitEncryptionEnabled: true,
      authToken: customer.canary,
      ...more,
    }
  }

  async function restore(name: string, more: object): Promise<void> {
    const key = randomBytes(8).toString('hex')
    const headers = { ...WAIT, 'idempotency-key': key }
    const made = await customer.ask('POST', '/v1/replication-groups', wishOf(name, more), headers)
    expect(made, made.body).toMatchObject({ status: 200 })
  }

  async function eventsOf(name: string): Promise<string[]> {
    const query = `sourceType=replication-group&sourceIdentifier=${name}`
    const { body } = await customer.ask('GET', `/v1/events?${query}`)
    return Events.parse(JSON.parse(body)).events.map(({ message }) => message)
  }

  /** Kills the first container of the group as soon as it is there. */
  async function killFirst(name: string): Promise<void> {
    const filters = { name: [`cacheplane-${name}-001`], status: ['running'] }
    for (;;) {
      const [found] = await docker.listContainers({ filters })
      if (found === undefined) continue
      await docker.getContainer(found.Id).kill()
      return
    }
  }

  async function trialsLeft(): Promise<string[]> {
    const installation = service.installation.config.CACHEPLANE_INSTALLATION
    const found = await docker.listContainers({
      all: true,
      filters: { label: [`dev.cacheplane.installation=${installation}`, 'dev.cacheplane.kind=trial'] },
    })
    return found.map(({ Names }) => Names.join())
  }
})
