import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { UPLOADS_AT_ONCE } from '@cacheplane/domain'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendFile, type Sending } from '../../support/send-file.ts'
import { ACCOUNT } from '../../support/stores.ts'
import { KEY, startApi, type ApiUnderTest } from './api-under-test.ts'

const LOADER = 'engine=redis&engineVersion=7.0&cacheNodeType=cache.t4g.micro'
const SIZE = 300_000
const rdb = Buffer.concat([Buffer.from('REDIS0010'), randomBytes(SIZE - 9)])
/** As the API under test is told. */
const UPLOAD_MAX_BYTES = 2 * 1024 ** 2

let api: ApiUnderTest
let base: string

beforeAll(async () => {
  api = await startApi()
  base = await api.app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => api.close())

const begin = (name: string, headers?: Record<string, string>, query = LOADER) =>
  sendFile(`${base}/v1/snapshots/${name}/import?${query}`, KEY, headers)
const send = (name: string, content: Buffer, headers?: Record<string, string>, query?: string) => {
  const sending = begin(name, { 'content-length': String(content.length), ...headers }, query)
  sending.request.end(content)
  return answerOf(sending)
}
async function answerOf({ answer }: Sending) {
  const came = await answer
  return came === null ? null : { ...came, ...JSON.parse(came.body) }
}
const snapshot = (name: string) => api.store.findSnapshot(ACCOUNT, name)
const vault = async () => (await readdir(api.vaultFolder)).sort()
const isBegun = (name: string) => expect.poll(async () => (await snapshot(name))?.upload).toBe('arriving')
/** As a worker does. */
const clearAway = () =>
  api.rows(
    `WITH gone AS (DELETE FROM workflow w USING signal s WHERE s.workflow_id = w.id AND s.name = 'destroy' AND w.kind = 'snapshot'
      RETURNING w.subject_id) DELETE FROM snapshot WHERE id IN (SELECT subject_id FROM gone)`,
  )
/** While workers see to what is given up. */
async function withWorkers<T>(work: Promise<T>): Promise<T> {
  const timer = setInterval(() => void clearAway(), 50)
  return work.finally(() => clearInterval(timer))
}

describe('an RDB file that is uploaded', () => {
  it('lies sealed in the vault, as a snapshot that is to be proved', async () => {
    const answer = await send('Whole', rdb)
    expect(answer).toMatchObject({ status: 202, snapshotName: 'whole', snapshotStatus: 'creating' })
    const { files = [], upload, workflow } = (await snapshot('whole')) ?? {}
    const fileId = files[0]?.fileId ?? ''
    expect(await api.vault.find(fileId)).toMatchObject({ bytes: SIZE })
    expect(files[0]?.content).toMatchObject({ bytes: SIZE, engine: 'redis', engineVersion: '7.0' })
    expect(upload).toBeNull()
    expect(workflow?.signals).toEqual([])
    expect((await vault()).filter((name) => name.includes(fileId))).toEqual([`${fileId}.rdb.sealed`])
    expect(api.lines.join('\n')).not.toContain(KEY)
  })

  it('may take longer than any other body, as long as it moves', async () => {
    const { request, ...rest } = begin('slow', { 'content-length': String(SIZE) })
    for (let at = 0; at < 12; at += 1) {
      request.write(rdb.subarray((at * SIZE) / 12, ((at + 1) * SIZE) / 12))
      await sleep(1_000)
    }
    request.end()
    expect(await answerOf({ request, ...rest })).toMatchObject({ status: 202 })
    expect((await snapshot('slow'))?.files[0]?.content?.bytes).toBe(SIZE)
  }, 30_000)

  it('leaves nothing when it stalls, and is told so', async () => {
    const before = await vault()
    const sending = begin('stalls', { 'content-length': String(SIZE) })
    sending.request.write(rdb.subarray(0, 100_000))
    await isBegun('stalls')
    const started = performance.now()
    expect(await withWorkers(answerOf(sending))).toMatchObject({ status: 408, code: 'RequestTimeout' })
    expect(performance.now() - started).toBeGreaterThan(25_000)
    expect([await snapshot('stalls'), await vault()]).toEqual([null, before])
  }, 60_000)

  it('leaves nothing when it breaks off', async () => {
    const before = await vault()
    for (const headers of [{ 'content-length': String(SIZE) }, { 'transfer-encoding': 'chunked' }]) {
      const sending = begin('broken', headers)
      sending.request.write(rdb.subarray(0, 100_000))
      await isBegun('broken')
      sending.request.destroy()
      await withWorkers(expect.poll(() => snapshot('broken')).toBeNull())
      await expect.poll(vault).toEqual(before)
    }
  })

  it.each([
    ['is no RDB file', Buffer.from('Dear customer, this is a letter.'), 400, /not an RDB file/],
    ['is empty', Buffer.alloc(0), 400, /not an RDB file/],
  ])('leaves nothing when it %s', async (_, content, status, because) => {
    const before = await vault()
    const answer = await withWorkers(send('letter', content))
    expect(answer).toMatchObject({ status, detail: expect.stringMatching(because) })
    expect([await snapshot('letter'), await vault()]).toEqual([null, before])
  })

  it('leaves nothing when it turns out to be too large, and its sender hears so while sending', async () => {
    const before = await vault()
    const sending = begin('large', { 'transfer-encoding': 'chunked' })
    const timer = setInterval(() => sending.request.write(rdb), 5)
    sending.request.write(rdb)
    const answer = await withWorkers(answerOf(sending)).finally(() => clearInterval(timer))
    sending.request.destroy()
    expect(answer).toMatchObject({ status: 413, detail: expect.stringContaining(String(UPLOAD_MAX_BYTES)) })
    expect([await snapshot('large'), await vault()]).toEqual([null, before])
  })

  it.each([
    [
      'says itself that it is too large',
      String(UPLOAD_MAX_BYTES + 1),
      LOADER,
      413,
      'CACHEPLANE_UPLOAD_MAX_MB',
    ],
    ['is larger than the node', String(10 ** 12), LOADER, 413, 'choose a larger cacheNodeType'],
    ['is of no engine', '9', 'cacheNodeType=cache.t4g.micro', 400, 'engine'],
    ['is of Memcached', '9', LOADER.replace('redis', 'memcached'), 400, 'engine'],
    ['is of no node type', '9', 'engine=redis', 400, 'cacheNodeType'],
    ['says what is not known', '9', `${LOADER}&shards=2`, 400, 'shards'],
  ])('is not asked for when it %s', async (_, length, query, status, because) => {
    const sending = begin('unwanted', { 'content-length': length, expect: '100-continue' }, query)
    let isAskedFor = false
    sending.request.on('continue', () => (isAskedFor = true))
    sending.request.flushHeaders()
    const answer = await answerOf(sending)
    expect(answer).toMatchObject({ status, body: expect.stringContaining(because) })
    expect([isAskedFor, await snapshot('unwanted')]).toEqual([false, null])
  })

  it('is asked for when its sender waits for that, as is any other body', async () => {
    const json = { 'content-type': 'application/json' }
    for (const [path, headers, status] of [
      [`import?${LOADER}`, {}, 202],
      ['copy', json, 413],
    ] as const) {
      const url = `${base}/v1/snapshots/polite/${path}`
      const sending = sendFile(url, KEY, { expect: '100-continue', ...headers })
      sending.request.on('continue', () => sending.request.end(rdb))
      sending.request.flushHeaders()
      expect(await answerOf(sending)).toMatchObject({ status })
    }
  })

  it('has a name of its own from its first byte on', async () => {
    const sending = begin('mine', { 'content-length': String(SIZE) })
    sending.request.write(rdb.subarray(0, 10))
    await isBegun('mine')
    expect(await send('mine', rdb)).toMatchObject({ status: 400, code: 'SnapshotAlreadyExistsFault' })
    const deleted = await api.call('DELETE', '/v1/snapshots/mine')
    expect(deleted).toMatchObject({ status: 400, body: { code: 'InvalidSnapshotState' } })
    sending.request.end(rdb.subarray(10))
    expect(await answerOf(sending)).toMatchObject({ status: 202 })
    expect(await send('1st', rdb)).toMatchObject({ status: 400, code: 'InvalidParameterValue' })
  })

  it('is one of a few at a time', async () => {
    const names = Array.from({ length: UPLOADS_AT_ONCE }, (_, i) => `many-${i}`)
    const sendings = names.map((name) => begin(name, { 'content-length': String(SIZE) }))
    for (const { request } of sendings) request.write(rdb.subarray(0, 10))
    for (const name of names) await isBegun(name)
    expect(await send('more', rdb)).toMatchObject({ status: 400, code: 'SnapshotQuotaExceededFault' })
    for (const { request } of sendings) request.end(rdb.subarray(10))
    for (const sending of sendings) expect(await answerOf(sending)).toMatchObject({ status: 202 })
    expect(await snapshot('more')).toBeNull()
  })

  it('is received once of a request that is repeated', async () => {
    const headers = { 'idempotency-key': 'again' }
    const first = await send('once', rdb, headers)
    const again = await send('once', rdb, headers)
    expect([first?.status, again?.status]).toEqual([202, 202])
    expect(again?.arn).toBe(first?.arn)
    expect(await send('twice', rdb, headers)).toMatchObject({ status: 422, code: 'IdempotencyKeyReuse' })
    expect(await snapshot('twice')).toBeNull()
  })

  it("is nobody else's to send, and is nothing but bytes", async () => {
    const url = `${base}/v1/snapshots/stranger/import?${LOADER}`
    const stranger = sendFile(url, 'no-key', { 'content-length': '9', expect: '100-continue' })
    stranger.request.flushHeaders()
    expect((await stranger.answer)?.status).toBe(401)
    expect(await send('json', rdb, { 'content-type': 'application/json' })).toMatchObject({
      status: 415,
      detail: expect.stringContaining('application/octet-stream'),
    })
    expect([await snapshot('stranger'), await snapshot('json')]).toEqual([null, null])
  })

  it('that was given up meanwhile is refused at its end, and leaves no file', async () => {
    const before = await vault()
    const sending = begin('late', { 'content-length': String(SIZE) })
    sending.request.write(rdb.subarray(0, 10))
    await isBegun('late')
    await api.rows(
      `UPDATE snapshot SET upload_seen_at = clock_now() - interval '2 minutes' WHERE snapshot_name = 'late'`,
    )
    expect((await snapshot('late'))?.upload).toBe('abandoned')
    sending.request.end(rdb.subarray(10))
    expect(await withWorkers(answerOf(sending))).toMatchObject({ status: 400, code: 'InvalidSnapshotState' })
    expect([await snapshot('late'), await vault()]).toEqual([null, before])
  })
})
