import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ownerNamed, startApi, takeDown, type ApiUnderTest } from './api-under-test.ts'

const URL = '/v1/replication-groups'
let api: ApiUnderTest
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const request = (replicationGroupId: string, description = 'a group') => ({
  replicationGroupId,
  description,
  cacheNodeType: 'cache.t4g.micro',
})
const create = (name: string, key: string, description?: string) =>
  api.call('POST', URL, request(name, description), { 'idempotency-key': key })

describe('an idempotency key', () => {
  it('makes a repeated request the same request', async () => {
    const first = await create('twice', 'key-1')
    const second = await create('twice', 'key-1')
    expect([first.status, second.status]).toEqual([202, 202])
    expect(second.body).toEqual(first.body)
  })

  it('makes one group of ten requests at once', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => create('stampede', 'key-2')))
    expect(answers.map((answer) => answer.status)).toEqual(Array(10).fill(202))
    expect(
      await api.rows(`SELECT 1 FROM replication_group WHERE replication_group_id = 'stampede'`),
    ).toHaveLength(1)
  })

  it('is refused for another request', async () => {
    await create('first', 'key-3')
    expect((await create('first', 'key-3', 'another text')).body).toMatchObject({
      status: 422,
      code: 'IdempotencyKeyReuse',
    })
    expect((await create('second', 'key-3')).status).toBe(422)
    expect((await api.call('GET', `${URL}/second`)).status).toBe(404)
  })

  it('does not answer another group that took the name since', async () => {
    await create('reborn', 'key-4')
    await api.call('DELETE', `${URL}/reborn`)
    await takeDown(api, await ownerNamed(api.store, 'replication-group', 'reborn'))
    expect((await create('reborn', 'key-4')).body).toMatchObject({ code: 'ReplicationGroupNotFoundFault' })
    expect((await create('reborn', 'key-5')).status).toBe(202)
    expect((await create('reborn', 'key-4')).body).toMatchObject({ code: 'ReplicationGroupNotFoundFault' })
  })

  it.each(['', 'x'.repeat(256), 'a\tb', 'ümlaut'])('of the form %j is refused', async (key) => {
    expect((await create('never', key)).body).toMatchObject({
      code: 'InvalidParameterValue',
      errors: [{ path: 'Idempotency-Key' }],
    })
  })
})
