import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bearer, quietApp } from '../testing/quiet-app.ts'
import { isPublic } from './authenticate.ts'
import type { App } from './types.ts'

let app: App
beforeAll(async () => {
  app = await quietApp()
})
afterAll(() => app.close())

function everyRoute(): { method: string; url: string }[] {
  return [...app.knownRoutes].flatMap(([url, methods]) => [...methods].map((method) => ({ method, url })))
}

describe('keys', () => {
  it('are asked for by every route but the few that are public', async () => {
    const routes = everyRoute()
    expect(routes.length).toBeGreaterThan(20)
    const open: string[] = []
    for (const { method, url } of routes) {
      const answer = await app.inject({
        method: method as 'GET',
        url: url.replace(/:\w+/, 'x').replace('*', 'x'),
      })
      if (answer.statusCode !== 401) open.push(url)
      else expect(answer.headers['www-authenticate']).toMatch(/^Bearer /)
    }
    expect(open.filter((url) => !url.startsWith('/docs'))).toEqual([
      '/healthz',
      '/healthz',
      '/readyz',
      '/readyz',
      '/openapi.json',
      '/openapi.json',
    ])
    expect(open.every((url) => isPublic(url))).toBe(true)
  })

  it('are asked for before it is told what exists', async () => {
    expect((await app.inject('/v1/nothing')).statusCode).toBe(401)
    expect((await app.inject({ method: 'PUT', url: '/v1/events' })).statusCode).toBe(401)
    expect((await app.inject('/docsx')).statusCode).toBe(401)
    expect((await app.inject('/docs/../v1/events')).statusCode).toBe(401)
    expect((await app.inject('//healthz')).statusCode).toBe(401)
  })

  it('are missed in words that the AWS CLI and SDKs show', async () => {
    const authorization = 'AWS4-HMAC-SHA256 Credential=AK/20260101/eu/elasticache/aws4_request, Signature=0'
    const payload = 'Action=DescribeReplicationGroups&Version=2015-02-02'
    const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await app.inject({ method: 'POST', url: '/', headers, payload })
    expect(answer.statusCode).toBe(401)
    expect(answer.headers['content-type']).toContain('text/xml')
    expect(answer.body).toMatch(
      /^<ErrorResponse .*<Type>Sender<\/Type><Code>InvalidClientTokenId<\/Code><Message>The AWS Query protocol /,
    )
    expect(answer.body).toContain('Bearer &lt;key&gt;')
  })

  it.each([
    'Bearer',
    'Bearer ',
    'Bearer wrong',
    'Basic YTpi',
    'a-key-for-tests',
    'Bearer a-key-for-tests x',
    `Bearer ${'x'.repeat(2_000)}`,
  ])('are refused as %j', async (authorization) => {
    const answer = await app.inject({ url: '/v1/events', headers: { authorization } })
    expect(answer.statusCode).toBe(401)
    expect(answer.json()).toMatchObject({ code: 'InvalidClientTokenId', status: 401 })
    expect(answer.headers['www-authenticate']).toContain('invalid_token')
  })

  it('are looked at before the body', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/v1/replication-groups',
      headers: { 'content-type': 'application/json' },
      payload: '{ this is not JSON',
    })
    expect(answer.statusCode).toBe(401)
    expect(answer.headers.connection).toBe('close')
  })

  it('open the door when they are right', async () => {
    expect((await app.inject({ url: '/v1/events', headers: bearer })).statusCode).toBe(200)
  })
})
