import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bearer, quietApp } from '../testing/quiet-app.ts'
import type { App } from './types.ts'

const CANARY = 'CANARY-3f6c-token-that-nobody-sees'
const lines: string[] = []
let app: App
beforeAll(async () => {
  app = await quietApp(
    { createReplicationGroup: () => Promise.reject(new Error(`insert failed for ${CANARY}`)) },
    lines,
  )
})
afterAll(() => app.close())

const post = (payload: string, headers: Record<string, string> = {}) =>
  app.inject({
    method: 'POST',
    url: '/v1/replication-groups',
    headers: { ...bearer, 'content-type': 'application/json', ...headers },
    payload,
  })

describe('errors', () => {
  it('are problems with a code, a sentence and a request id', async () => {
    const answer = await post('{"replicationGroupId":"-","port":"6379","nonsense":1}')
    expect(answer.statusCode).toBe(400)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.headers['x-request-id']).toMatch(/^req-[a-z0-9]{16}$/)
    expect(answer.json()).toEqual({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      detail: 'The parameter port must be a whole number. There is no parameter nonsense here.',
      code: 'InvalidParameterValue',
      requestId: answer.headers['x-request-id'],
      errors: [
        { path: 'port', message: 'The parameter port must be a whole number.' },
        { path: 'nonsense', message: 'There is no parameter nonsense here.' },
      ],
    })
  })

  it.each([
    ['a list for an object', '[]', 'The request body must be an object.'],
    ['a list for a text', '{"description":["x"]}', 'The parameter description must be a string.'],
    [
      'a name as ElastiCache’s own API spells it',
      '{"Tags":[]}',
      'There is no parameter Tags here; names begin with a small letter.',
    ],
  ])('say what is wrong with %s', async (_, payload, detail) => {
    expect((await post(payload)).json()).toMatchObject({ code: 'InvalidParameterValue', detail })
  })

  it('tell what is missing from a query from what is given twice', async () => {
    const ask = (url: string) => app.inject({ url, headers: bearer })
    expect((await ask('/v1/engine-default-parameters')).json()).toMatchObject({
      detail: 'The parameter family must be provided and must not be null.',
    })
    expect((await ask('/v1/engine-default-parameters?family=a&family=b')).json()).toMatchObject({
      detail: 'The parameter family must be given once.',
    })
  })

  it.each([
    ['JSON that is cut', '{"a":', 400, 'MalformedRequest'],
    ['no JSON at all', 'hello', 400, 'MalformedRequest'],
    ['a list', '[]', 400, 'InvalidParameterValue'],
    ['null', 'null', 400, 'InvalidParameterValue'],
    ['a prototype', '{"__proto__":{"admin":true}}', 400, 'MalformedRequest'],
    ['a constructor, deep inside', '{"tags":[{"constructor":{}}]}', 400, 'MalformedRequest'],
    ['nesting without end', `{"tags":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 400, 'MalformedRequest'],
    ['300 KiB', `{"tags":["${'x'.repeat(300 * 1024)}"]}`, 413, 'RequestTooLarge'],
    ['null for a member', '{"replicationGroupId":null}', 400, 'InvalidParameterValue'],
    ['a fraction', '{"port":6379.5}', 400, 'InvalidParameterValue'],
    ['a number too large', '{"port":1e400}', 400, 'InvalidParameterValue'],
  ])('answer %s', async (_, payload, status, code) => {
    const answer = await post(payload)
    expect(answer.json()).toMatchObject({ status, code })
    expect(answer.statusCode).toBe(status)
  })

  it('refuse bytes that are not UTF-8', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/v1/replication-groups',
      headers: { ...bearer, 'content-type': 'application/json' },
      payload: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
    })
    expect(answer.json()).toMatchObject({
      code: 'MalformedRequest',
      detail: 'The request body is not UTF-8.',
    })
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/xml'])(
    'refuse a body of type %s',
    async (type) => {
      expect((await post('a=b', { 'content-type': type })).json()).toMatchObject({
        status: 415,
        code: 'UnsupportedMediaType',
      })
    },
  )

  it('say of unknown paths that they are unknown, and of other methods which there are', async () => {
    const unknown = await app.inject({ url: '/v1/nothing', headers: bearer })
    expect(unknown.json()).toMatchObject({ status: 404, code: 'NotFound' })
    const put = await app.inject({ method: 'PUT', url: '/v1/replication-groups/x?a=b', headers: bearer })
    expect(put.json()).toMatchObject({ status: 405, code: 'MethodNotAllowed' })
    expect(put.headers.allow).toBe('DELETE, GET, HEAD, PATCH')
    const bad = await app.inject({ url: '/v1/replication-groups/%zz', headers: bearer })
    expect(bad.json()).toMatchObject({ status: 400, code: 'MalformedRequest' })
  })

  it.each([
    ['maxRecords=19', 'maxRecords'],
    ['maxRecords=101', 'maxRecords'],
    ['maxRecords=1e2', 'maxRecords'],
    ['maxRecords=20&maxRecords=30', 'maxRecords'],
    ['marker=made-up', 'marker'],
    ['nonsense=1', 'nonsense'],
    ['__proto__=1', '__proto__'],
    ['constructor=1', 'constructor'],
  ])('name what is wrong with ?%s', async (query, path) => {
    const answer = await app.inject({ url: `/v1/replication-groups?${query}`, headers: bearer })
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ code: 'InvalidParameterValue', errors: [{ path }] })
  })

  it('never show what went wrong inside, and never log a token', async () => {
    const answer = await post(
      JSON.stringify({
        replicationGroupId: 'a',
        description: 'a',
        cacheNodeType: 'cache.t4g.micro',
        transitEncryptionEnabled: true,
        authToken: CANARY,
      }),
      { 'x-request-id': CANARY },
    )
    expect(answer.json()).toMatchObject({ status: 500, code: 'InternalFailure' })
    await app.inject({ url: `/v1/events?sourceIdentifier=${CANARY}`, headers: bearer })
    await app.inject({ url: `/v1/${CANARY}`, headers: bearer })
    await post(`{"authToken": "${CANARY}"`)
    await post(`{"authToken": "${CANARY} "}`)
    expect(answer.body + JSON.stringify(answer.headers)).not.toContain('CANARY')
    expect(lines.some((line) => line.includes('a request failed'))).toBe(true)
    expect(lines.filter((line) => line.includes('CANARY') || line.includes(bearer.authorization))).toEqual([])
  })
})
