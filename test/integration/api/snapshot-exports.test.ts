import { createHash, randomBytes } from 'node:crypto'
import { readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { invariant } from '@cacheplane/domain'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT } from '../../support/stores.ts'
import {
  bringHome,
  KEY,
  ownerNamed,
  startApi,
  step,
  workflowOf,
  type ApiUnderTest,
} from './api-under-test.ts'

const SIZE = 1_000_000
let api: ApiUnderTest
let base: string

beforeAll(async () => {
  api = await startApi()
  base = await api.app.listen({ host: '127.0.0.1', port: 0 })
  await api.call('POST', '/v1/replication-groups', {
    replicationGroupId: 'orders',
    description: 'a group',
    cacheNodeType: 'cache.t4g.micro',
  })
  await bringHome(api, await ownerNamed(api.store, 'replication-group', 'orders'))
})
afterAll(() => api.close())

const get = (path: string) =>
  fetch(`${base}/v1/snapshots/${path}/export`, { headers: { authorization: `Bearer ${KEY}` } })
const codeOf = async (path: string) => {
  const { status, body } = await api.call('GET', `/v1/snapshots/${path}`)
  return [status, body.code]
}

/** A snapshot that is being taken; returns the id of its file. */
async function begin(snapshotName: string): Promise<string> {
  await api.call('POST', '/v1/snapshots', { snapshotName, replicationGroupId: 'orders' })
  const snapshot = await api.store.findSnapshot(ACCOUNT, snapshotName)
  return snapshot?.files[0]?.fileId ?? ''
}

/** As when a worker has taken it: returns what it holds, and where that lies. */
async function take(snapshotName: string): Promise<{ content: Buffer; path: string }> {
  const fileId = await begin(snapshotName)
  const content = randomBytes(SIZE)
  const kept = await api.vault.keep(fileId, Readable.from([content]))
  const snapshot = await api.store.findSnapshot(ACCOUNT, snapshotName)
  invariant(snapshot, 'it was just asked for')
  await step(
    api.store,
    await workflowOf(api.rows, snapshot.id),
    [{ do: 'record-file', fileId, content: { ...FROM, bytes: kept.bytes, sha256: kept.sha256 } }],
    'wait',
  )
  return { content, path: join(api.vaultFolder, `${fileId}.rdb.sealed`) }
}

const FROM = {
  cacheClusterId: 'orders-001',
  cacheNodeId: '0001',
  cacheNodeCreatedAt: new Date(0),
  usedMemoryBytes: SIZE,
  engine: 'valkey',
  engineVersion: '8.1',
  capturedAt: new Date(0),
} as const

describe('the export of a snapshot', () => {
  it('is the file that was kept, under a name of its own', async () => {
    const { content } = await take('whole')
    const answer = await get('Whole')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/octet-stream')
    expect(answer.headers.get('content-length')).toBe(String(SIZE))
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="whole-0001.rdb"')
    expect(digest(Buffer.from(await answer.arrayBuffer()))).toBe(digest(content))
  })

  it.each([600_000, 700_000, SIZE - 100])('breaks off where byte %d of the file is another', async (at) => {
    const { content, path } = await take(`altered-${at}`)
    const sealed = await readFile(path)
    sealed[at] = (sealed[at] ?? 0) ^ 1
    await writeFile(path, sealed)
    const answer = await get(`altered-${at}`)
    const got: Uint8Array[] = []
    const reading = (async () => {
      for await (const piece of answer.body ?? []) got.push(piece)
    })()
    await expect(reading).rejects.toThrow('terminated')
    const all = Buffer.concat(got)
    expect(all.length).toBeLessThan(SIZE)
    expect(all.equals(content.subarray(0, all.length))).toBe(true)
  })

  it('does not begin when the file is cut short, gone or altered in its beginning', async () => {
    const { path } = await take('cut')
    const sealed = await readFile(path)
    sealed[100] = (sealed[100] ?? 0) ^ 1
    await writeFile(path, sealed)
    const answer = await get('cut')
    expect(answer.status).toBe(500)
    expect(answer.headers.get('content-disposition')).toBeNull()
    expect(await answer.json()).toMatchObject({ code: 'InternalFailure' })
    await truncate(path, 600_000)
    expect(await codeOf('cut/export')).toEqual([500, 'InternalFailure'])
    await rm(path)
    expect(await codeOf('cut/export')).toEqual([500, 'InternalFailure'])
  })

  it('is refused while there is no snapshot, or none that is available', async () => {
    expect(await codeOf('nowhere/export')).toEqual([404, 'SnapshotNotFoundFault'])
    expect(await codeOf('..%2Fkeys/export')).toEqual([404, 'SnapshotNotFoundFault'])
    await take('leaving')
    expect(await codeOf('leaving/export?nodeGroupId=0002')).toEqual([400, 'InvalidParameterValue'])
    await api.call('DELETE', '/v1/snapshots/leaving')
    expect(await codeOf('leaving/export')).toEqual([400, 'InvalidSnapshotState'])
    await begin('early')
    expect(await codeOf('early/export')).toEqual([400, 'InvalidSnapshotState'])
  })

  it('needs a key', async () => {
    expect((await fetch(`${base}/v1/snapshots/whole/export`)).status).toBe(401)
  })
})

const digest = (content: Buffer) => createHash('sha256').update(content).digest('hex')
