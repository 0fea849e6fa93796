import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { UPLOAD_UNSEEN_MS } from '@cacheplane/domain'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Customer } from '../chaos/harness/customer.ts'
import { LooseService } from '../chaos/harness/loose-service.ts'
import { ShardedGroup } from '../chaos/harness/sharded-group.ts'
import { bombOf } from '../support/bomb.ts'
import { docker } from '../support/docker.ts'
import { EngineContainer } from '../support/engine-container.ts'
import { RespClient } from '../support/resp-client.ts'
import { sendFile } from '../support/send-file.ts'

const run = promisify(execFile)
const WAIT = { prefer: 'wait=60' }
const WITHIN_MS = 5_000
const LOADER = 'engine=redis&engineVersion=7.0&cacheNodeType=cache.t4g.micro'
const DATA = [
  ['SET', 'text', 'CANARY-in-the-data'],
  ['SETRANGE', 'wide', '300000', 'end'],
  ['ZADD', 'board', '1', 'ann', '2.5', 'bob'],
]
const QUESTIONS = [['GET', 'text'], ['STRLEN', 'wide'], ['ZSCORE', 'board', 'bob'], ['DBSIZE']]
const Named = z.object({ snapshots: z.array(z.object({ snapshotName: z.string() })) })

describe('an RDB file that is uploaded', () => {
  let service: LooseService
  let customer: Customer
  let folder: string
  let answers: unknown[]
  let rdb: Buffer

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cacheplane-uploads-'))
    service = await LooseService.start()
    customer = new Customer(service)
    service.startWorker()
    await service.isReady()
    const engine = await EngineContainer.start('redis-6.0', ['--dir', '/tmp'])
    try {
      await ask({ port: engine.port }, DATA)
      answers = await ask({ port: engine.port }, QUESTIONS)
      await ask({ port: engine.port }, [['SAVE']])
      rdb = await engine.read('/tmp/dump.rdb')
    } finally {
      await engine.remove()
    }
  })
  afterAll(async () => {
    await service.clear()
    await rm(folder, { recursive: true, force: true })
  })

  test('by curl, of a bare engine, becomes a group, and the shards of another, that hold all of it', async () => {
    const path = join(folder, 'dump.rdb')
    await writeFile(path, rdb)
    const { stdout } = await run('curl', [
      ...['-sS', '--fail-with-body', '-X', 'POST', '-T', path],
      ...['-H', `Authorization: Bearer ${service.token}`, '-H', 'Content-Type: application/octet-stream'],
      ...['-H', 'Prefer: wait=60', `${service.url}/v1/snapshots/brought/import?${LOADER}`],
    ])
    expect(JSON.parse(stdout)).toMatchObject({ snapshotStatus: 'available', engine: 'redis' })
    expect((await readFile(join(vault(), (await files())[0] ?? ''))).includes('CANARY')).toBe(false)
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
    const port = await customer.portOf({ kind: 'replication-group', name: 'copy' })
    expect(await ask(await customer.target(port), QUESTIONS)).toEqual(answers)
    const shards = await ShardedGroup.ask(service, customer, 'shards', {
      snapshotName: 'brought',
      numNodeGroups: 2,
    })
    const client = await shards.connect()
    const found = [await client.get('text'), await client.strlen('wide'), await client.zscore('board', 'bob')]
    expect(found).toEqual(answers.slice(0, 3))
    client.disconnect()
  })

  test.each<[string, () => Buffer, RegExp]>([
    ['is cut short', () => rdb.subarray(0, rdb.length - 20), /did not load it/],
    ['was altered', () => Buffer.from(rdb).fill(0xff, 60, 90), /did not load it/],
    ['is too new', () => Buffer.concat([Buffer.from('REDIS0099'), rdb.subarray(9)]), /version/],
    ['holds more than the node', () => bombOf(700), /used up its memory/],
    ['is none', () => Buffer.from('Dear customer, this is a letter.'), /not an RDB file/],
  ])(
    'that %s fails with the reason, and leaves no file, no row and no engine',
    async (_, content, because) => {
      const before = [await files(), await names()]
      const { request, answer } = begin('wrong', WAIT)
      request.end(content())
      expect(await answer).toMatchObject({ body: expect.stringMatching(because) })
      await expect.poll(async () => [await files(), await names()]).toEqual(before)
      expect(await trialsLeft()).toBe(0)
    },
  )

  test('is judged by the memory that its data take, also where it does not say so', async () => {
    const { request, answer } = sendFile(
      `${service.url}/v1/snapshots/swells/import?${LOADER.replace('micro', 'small')}`,
      service.token,
      WAIT,
    )
    request.end(bombOf(500))
    expect(await answer).toMatchObject({ status: 200 })
    const wish = { replicationGroupId: 'tight', description: 'x', snapshotName: 'swells' }
    const refused = await customer.ask('POST', '/v1/replication-groups', {
      ...wish,
      cacheNodeType: 'cache.t4g.micro',
    })
    expect(refused).toMatchObject({ status: 400, body: expect.stringContaining('of a node') })
    await customer.ask('DELETE', '/v1/snapshots/swells', undefined, WAIT)
  })

  test('that breaks off leaves nothing, and can be sent again under its name at once', async () => {
    const before = await files()
    const { request } = begin('again')
    request.write(rdb.subarray(0, 1_000))
    await expect.poll(names).toContain('again')
    request.destroy()
    await expect.poll(async () => [await names(), await files()]).toEqual([['brought'], before])
    const second = begin('again', WAIT)
    second.request.end(rdb)
    expect(await second.answer).toMatchObject({ status: 200 })
    expect(await customer.ask('DELETE', '/v1/snapshots/again', undefined, WAIT)).toMatchObject({
      status: 204,
    })
    expect(await files()).toEqual(before)
  })

  test('whose receiver is killed in the middle leaves nothing', async () => {
    const before = await files()
    const { request, answer } = begin('killed')
    request.write(rdb.subarray(0, 1_000))
    request.write(Buffer.alloc(3_000_000))
    await expect.poll(async () => (await files()).length).toBe(before.length + 1)
    await service.restartApi()
    expect(await answer).toBeNull()
    const patience = { timeout: 2 * UPLOAD_UNSEEN_MS, interval: 1_000 }
    await expect.poll(async () => [await names(), await files()], patience).toEqual([['brought'], before])
  }, 180_000)

  const begin = (name: string, headers?: Record<string, string>) =>
    sendFile(`${service.url}/v1/snapshots/${name}/import?${LOADER}`, service.token, headers)

  const vault = () => service.installation.config.CACHEPLANE_VAULT
  const files = () => readdir(vault()).catch(() => [])

  async function names(): Promise<string[]> {
    const { body } = await customer.ask('GET', '/v1/snapshots')
    return body === '' ? [] : Named.parse(JSON.parse(body)).snapshots.map(({ snapshotName }) => snapshotName)
  }

  async function trialsLeft(): Promise<number> {
    const installation = service.installation.config.CACHEPLANE_INSTALLATION
    const label = [`dev.cacheplane.installation=${installation}`, 'dev.cacheplane.kind=trial']
    return (await docker.listContainers({ all: true, filters: { label } })).length
  }
})

async function ask(target: Parameters<typeof RespClient.open>[0], commands: string[][]): Promise<unknown[]> {
  const client = await RespClient.open(target)
  try {
    return await client.ask(commands, WITHIN_MS)
  } finally {
    client.close()
  }
}
