import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Customer, type Cache } from '../chaos/harness/customer.ts'
import { LooseService } from '../chaos/harness/loose-service.ts'
import { ShardedGroup } from '../chaos/harness/sharded-group.ts'
import { bombOf } from '../support/bomb.ts'
import { docker } from '../support/docker.ts'
import { RespClient } from '../support/resp-client.ts'
import { S3Server } from '../support/s3-server.ts'

const WAIT = { prefer: 'wait=60' }
const WITHIN_MS = 5_000
const DATA = [
  ['SET', 'text', 'CANARY-in-the-data'],
  ['SETRANGE', 'wide', '300000', 'end'],
  ['ZADD', 'board', '1', 'ann', '2.5', 'bob'],
]
const QUESTIONS = [['GET', 'text'], ['STRLEN', 'wide'], ['ZSCORE', 'board', 'bob'], ['DBSIZE']]
const LOADER = { engine: 'redis', engineVersion: '7.0', cacheNodeType: 'cache.t4g.micro' }
const Listed = z.object({ snapshots: z.array(z.unknown()) })
const FAILED_WITHIN_MS = 60_000
const Failed = z.looseObject({
  status: z.string().optional(),
  cacheClusterStatus: z.string().optional(),
  statusReason: z.string().optional(),
})
const Alone = z.object({
  cacheNodes: z.array(z.object({ endpoint: z.object({ port: z.number() }) })),
})
const orders: Cache = { kind: 'replication-group', name: 'orders', nodes: 1 }

describe('with a vault in an S3-compatible store', () => {
  let s3: S3Server
  let service: LooseService
  let customer: Customer
  let answers: unknown[]
  let rdb: Buffer

  beforeAll(async () => {
    s3 = await S3Server.start()
    const vault = { CACHEPLANE_VAULT: `s3://${s3.bucket}/vault` }
    service = await LooseService.start(undefined, undefined, { ...s3.environment, ...vault })
    customer = new Customer(service)
    service.startWorker()
    await service.isReady()
    await customer.create({ ...orders, runs: { engine: 'redis', engineVersion: '7.0' } })
    await customer.becomes(orders, 'available')
    await say('orders', DATA)
    answers = await say('orders', QUESTIONS)
  })
  afterAll(async () => {
    await service.clear()
    await s3.close()
  })

  test('a snapshot is kept there, sealed, and can be had as an RDB file', async () => {
    const body = { snapshotName: 'monday', replicationGroupId: 'orders' }
    const taken = await customer.ask('POST', '/v1/snapshots', body, WAIT)
    expect(taken, taken.body).toMatchObject({ status: 200 })
    expect(await objects()).toEqual([expect.stringMatching(/^vault\/[a-z0-9-]+\.rdb\.sealed$/)])
    const exported = await fetch(`${service.url}/v1/snapshots/monday/export`, {
      headers: { authorization: `Bearer ${service.token}` },
    })
    rdb = Buffer.from(await exported.arrayBuffer())
    expect(rdb.toString('latin1', 0, 5)).toBe('REDIS')
  })

  test('an RDB file of a bucket becomes a snapshot, and a cache of another engine that holds all of it', async () => {
    await put('dumps/orders.rdb', rdb)
    const imported = await bring('brought', 'dumps/orders.rdb')
    expect(imported, imported.body).toMatchObject({ status: 200 })
    expect(JSON.parse(imported.body)).toMatchObject({ snapshotStatus: 'available', engine: 'redis' })
    const wish = {
      replicationGroupId: 'copy',
      description: 'copy',
      engine: 'valkey',
      transitEncryptionEnabled: true,
      authToken: customer.canary,
      snapshotName: 'brought',
    }
    const made = await customer.ask('POST', '/v1/replication-groups', wish, WAIT)
    expect(made, made.body).toMatchObject({ status: 200 })
    expect(await say('copy', QUESTIONS)).toEqual(answers)
  })

  test.each<[string, string, () => Buffer, RegExp]>([
    ['is no RDB file', 'letter', () => Buffer.from('Dear customer, this is a letter.'), /not an RDB file/],
    ['is cut short', 'short', () => rdb.subarray(0, rdb.length - 20), /did not load it/],
    ['was altered', 'altered', () => Buffer.from(rdb).fill(0xff, 60, 90), /did not load it/],
    [
      'is too new',
      'new',
      () => Buffer.from(rdb.toString('latin1').replace(/^REDIS\d{4}/, 'REDIS0099'), 'latin1'),
      /version/,
    ],
  ])('a file that %s fails with the reason, and leaves nothing', async (_, name, content, because) => {
    const before = await objects()
    await put(`dumps/${name}.rdb`, content())
    const refused = await bring(name, `dumps/${name}.rdb`)
    expect(refused.status, refused.body).toBe(500)
    expect(refused.body).toMatch(because)
    expect(await objects()).toEqual(before)
    expect(await trialsLeft()).toBe(0)
    expect(await customer.ask('DELETE', `/v1/snapshots/${name}`, undefined, WAIT)).toMatchObject({
      status: 204,
    })
  })

  test('a group, a cache cluster and the shards of another group begin with it at once, and no snapshot is left', async () => {
    const before = await objects()
    const seed = { snapshotArns: [arnOf('dumps/orders.rdb')], ...LOADER }
    const group = { replicationGroupId: 'seeded', description: 'seeded', ...seed }
    const secret = { transitEncryptionEnabled: true, authToken: customer.canary }
    const made = await customer.ask('POST', '/v1/replication-groups', { ...group, ...secret }, WAIT)
    expect(made, made.body).toMatchObject({ status: 200 })
    expect(await say('seeded', QUESTIONS)).toEqual(answers)
    const alone = await customer.ask('POST', '/v1/cache-clusters', { cacheClusterId: 'alone', ...seed }, WAIT)
    expect(alone, alone.body).toMatchObject({ status: 200 })
    expect(await sayAlone(alone.body)).toEqual(answers)
    const shards = await ShardedGroup.ask(service, customer, 'shards', { ...seed, numNodeGroups: 2 })
    const client = await shards.connect()
    expect([
      await client.get('text'),
      await client.strlen('wide'),
      await client.zscore('board', 'bob'),
    ]).toEqual(answers.slice(0, 3))
    client.disconnect()
    await expect.poll(objects).toEqual(before)
    expect(await trialsLeft()).toBe(0)
  })

  test('a cache cluster begins with a snapshot, of which the engine and the type are taken', async () => {
    const wish = { cacheClusterId: 'restored', snapshotName: 'brought' }
    const made = await customer.ask('POST', '/v1/cache-clusters', wish, WAIT)
    expect(made, made.body).toMatchObject({ status: 200 })
    expect(JSON.parse(made.body)).toMatchObject({ engine: 'redis', cacheNodeType: LOADER.cacheNodeType })
    expect(await sayAlone(made.body)).toEqual(answers)
  })

  test.each([
    ['a group', '/v1/replication-groups', { replicationGroupId: 'never', description: 'x' }, 'create-failed'],
    ['a cache cluster', '/v1/cache-clusters', { cacheClusterId: 'never' }, 'restore-failed'],
  ])(
    '%s that is to begin with a file no engine loads fails with the reason, and leaves nothing',
    async (...row) => {
      const [, path, named, failed] = row
      const before = await objects()
      await put('dumps/bomb.rdb', bombOf(700))
      const said = async () => {
        const { body } = await customer.ask('GET', `${path}/never`)
        const { status, cacheClusterStatus = status, statusReason } = Failed.parse(JSON.parse(body))
        return { status: cacheClusterStatus, statusReason }
      }
      for (const [key, because] of [
        ['dumps/short.rdb', 'did not load it'],
        ['dumps/letter.rdb', 'not an RDB file'],
        ['dumps/bomb.rdb', 'used up its memory'],
      ] as const) {
        const wish = { ...named, ...LOADER, snapshotArns: [arnOf(key)] }
        expect(await customer.ask('POST', path, wish)).toMatchObject({ status: 202 })
        await expect
          .poll(said, { timeout: FAILED_WITHIN_MS })
          .toEqual({ status: failed, statusReason: expect.stringContaining(because) })
        expect(await customer.ask('DELETE', `${path}/never`, undefined, WAIT)).toMatchObject({ status: 204 })
      }
      await expect.poll(objects).toEqual(before)
      expect(await trialsLeft()).toBe(0)
    },
  )

  test('what is not there, or no name of a file, is told so', async () => {
    const missing = await bring('missing', 'dumps/no-such.rdb')
    expect(missing.body).toContain('There is no object dumps/no-such.rdb')
    const wrong = { snapshotName: 'wrong', snapshotArns: ['s3://backups/x'], ...LOADER }
    expect(await customer.ask('POST', '/v1/snapshots', wrong)).toMatchObject({
      status: 400,
      body: expect.stringContaining('snapshotArns names exactly one RDB file'),
    })
    const { body } = await customer.ask('GET', '/v1/snapshots')
    expect(Listed.parse(JSON.parse(body)).snapshots).toHaveLength(3)
  })

  const bring = (snapshotName: string, key: string) => {
    const body = { snapshotName, snapshotArns: [arnOf(key)], ...LOADER }
    return customer.ask('POST', '/v1/snapshots', body, WAIT)
  }

  const arnOf = (key: string) => `arn:aws:s3:::${s3.bucket}/${key}`

  const put = (Key: string, Body: Buffer) =>
    s3.client.send(new PutObjectCommand({ Bucket: s3.bucket, Key, Body }))

  /** Of the vault. */
  async function objects(): Promise<string[]> {
    const wish = { Bucket: s3.bucket, Prefix: 'vault/' }
    const { Contents = [] } = await s3.client.send(new ListObjectsV2Command(wish))
    return Contents.map(({ Key = '' }) => Key)
  }

  async function say(name: string, commands: string[][]): Promise<unknown[]> {
    const port = await customer.portOf({ kind: 'replication-group', name })
    const client = await RespClient.open(await customer.target(port))
    try {
      return await client.ask(commands, WITHIN_MS)
    } finally {
      client.close()
    }
  }

  /** What a cache cluster without TLS says, as it was described. */
  async function sayAlone(described: string): Promise<unknown[]> {
    const port = Alone.parse(JSON.parse(described)).cacheNodes[0]?.endpoint.port ?? 0
    const client = await RespClient.open({ port })
    try {
      return await client.ask(QUESTIONS, WITHIN_MS)
    } finally {
      client.close()
    }
  }

  async function trialsLeft(): Promise<number> {
    const installation = service.installation.config.CACHEPLANE_INSTALLATION
    const label = [`dev.cacheplane.installation=${installation}`, 'dev.cacheplane.kind=trial']
    return (await docker.listContainers({ all: true, filters: { label } })).length
  }
})
