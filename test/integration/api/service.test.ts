import { request as httpRequest } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PATIENT, KEY, startApi, type ApiUnderTest } from './api-under-test.ts'

const URL = '/v1/replication-groups'
const body = {
  replicationGroupId: 'held',
  description: 'a group',
  cacheNodeType: 'cache.t4g.micro',
}

async function waiting(api: ApiUnderTest): Promise<number> {
  const { text } = await api.call('GET', '/metrics')
  return Number(/^cacheplane_http_waiting_requests (\d+)$/m.exec(text)?.[1])
}

async function listen(api: ApiUnderTest): Promise<number> {
  await api.app.listen({ host: '127.0.0.1', port: 0 })
  const address = api.app.server.address()
  if (typeof address !== 'object' || address === null) throw new Error('not listening')
  return address.port
}

/** A POST over a real connection that asks to wait. */
function post(port: number) {
  const client = httpRequest({
    port,
    method: 'POST',
    path: URL,
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', prefer: 'wait=60' },
  })
  const answer = new Promise<number>((resolve) => {
    client.on('response', (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
    client.on('error', () => resolve(0))
  })
  client.end(JSON.stringify(body))
  return { client, answer }
}

describe('the service', () => {
  let api: ApiUnderTest
  beforeEach(async () => {
    api = await startApi()
  })
  afterEach(() => api.close())

  it('stops waiting when the client is gone', async () => {
    const { client } = post(await listen(api))
    await expect.poll(() => waiting(api), PATIENT).toBe(1)
    client.destroy()
    await expect.poll(() => waiting(api), PATIENT).toBe(0)
  })

  it('lets waiting requests go when it shuts down, with the resource as it stands', async () => {
    const { answer } = post(await listen(api))
    await expect.poll(() => waiting(api), PATIENT).toBe(1)
    const started = performance.now()
    await api.app.close()
    expect(await answer).toBe(202)
    expect(performance.now() - started).toBeLessThan(5_000)
  })

  it('is ready only while a Docker engine has been reached within the last minute', async () => {
    expect((await api.call('GET', '/readyz')).status).toBe(200)
    await api.rows(`UPDATE docker_engine SET surveyed_at = surveyed_at - interval '2 minutes'`)
    expect((await api.call('GET', '/readyz')).body).toMatchObject({ status: 503, code: 'ServiceUnavailable' })
    await api.rows(`UPDATE docker_engine SET surveyed_at = now(), reachable = false`)
    expect((await api.call('GET', '/readyz')).status).toBe(503)
    expect((await api.call('GET', '/healthz')).status).toBe(200)
  })

  it('counts requests by route, never by path', async () => {
    await api.call('GET', `${URL}/some-name`)
    const { text } = await api.call('GET', '/metrics')
    expect(text).toMatch(
      /cacheplane_http_request_duration_seconds_count\{method="GET",route="\/v1\/replication-groups\/:replicationGroupId",status="404"\} 1/,
    )
    expect(text).toMatch(/cacheplane_engine_reachable\{engine="engine-1"\} 1/)
    expect(text).not.toContain('some-name')
  })
})

describe('without its database', () => {
  let api: ApiUnderTest
  beforeEach(async () => {
    api = await startApi(({ store, open }) => ({
      ...open({ databaseUrl: 'postgres://nobody:nothing@127.0.0.1:1/nowhere' }),
      findPrincipal: (token) => store.findPrincipal(token),
    }))
  })
  afterEach(() => api.close())

  it('the service says so soon, and asks to come again', async () => {
    for (const url of [URL, `${URL}/held`, '/v1/events', '/v1/availability-zones']) {
      const started = performance.now()
      const answer = await api.call('GET', url)
      expect(performance.now() - started, url).toBeLessThan(5_000)
      expect(answer.body, url).toMatchObject({ status: 503, code: 'ServiceUnavailable' })
      expect(answer.headers['retry-after']).toBe('1')
      expect(answer.text).not.toContain('127.0.0.1')
    }
    expect((await api.call('POST', URL, body)).status).toBe(503)
  })

  it('it is up, but not ready', async () => {
    expect((await api.call('GET', '/healthz')).status).toBe(200)
    expect((await api.call('GET', '/readyz')).status).toBe(503)
    const { status, text } = await api.call('GET', '/metrics')
    expect(status).toBe(200)
    expect(text).not.toMatch(/^cacheplane_engine_reachable\{/m)
  })
})
