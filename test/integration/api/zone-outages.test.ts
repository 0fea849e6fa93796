import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startApi, step, type ApiUnderTest } from './api-under-test.ts'

const ZONES = '/v1/availability-zones'
const OUTAGE = `${ZONES}/local-1a/outage`

describe('an outage of an availability zone', () => {
  let api: ApiUnderTest
  beforeEach(async () => {
    api = await startApi()
  })
  afterEach(() => api.close())

  const begin = (body: object = { mode: 'kill' }, headers: object = {}) =>
    api.call('POST', OUTAGE, body, headers)
  const shown = async () => (await api.call('GET', ZONES)).body.availabilityZones?.[0]

  it('is accepted, rung for, and shown by the zone', async () => {
    const { status, body } = await begin()
    expect(status).toBe(202)
    const outage = { mode: 'kill', since: expect.any(String), status: 'starting' }
    expect(body).toEqual({ name: 'local-1a', address: '127.0.0.1', outage })
    expect(await shown()).toEqual(body)
    expect(api.rings).toHaveLength(1)
    const ended = await api.call('DELETE', OUTAGE)
    expect(ended).toMatchObject({ status: 202, body: { outage: { status: 'ending' } } })
  })

  it('is waited for on request, and so is its end', async () => {
    const begun = begin({ mode: 'freeze' }, { prefer: 'wait=30' })
    await expect.poll(() => api.rings.length).toBe(1)
    const [workflowId = ''] = api.rings
    await step(api.store, workflowId, [], 'wait')
    expect(await begun).toMatchObject({ status: 200, body: { outage: { mode: 'freeze', status: 'active' } } })
    const ended = api.call('DELETE', OUTAGE, undefined, { prefer: 'wait=30' })
    await expect.poll(() => api.rings.length).toBe(2)
    await step(api.store, workflowId, [{ do: 'end-outage', zone: 'local-1a' }], 'wait')
    const { status, body } = await ended
    expect({ status, body }).toEqual({ status: 200, body: { name: 'local-1a', address: '127.0.0.1' } })
  })

  it('is refused a second time, and for a zone that nobody has, with a sentence', async () => {
    const key = { 'idempotency-key': 'once' }
    expect((await begin({ mode: 'kill' }, key)).status).toBe(202)
    expect((await begin({ mode: 'kill' }, key)).status).toBe(202)
    expect(await begin()).toMatchObject({ status: 400, body: { code: 'InvalidAvailabilityZoneState' } })
    const detail = expect.stringContaining('it has local-1a, local-1b, local-1c')
    const nowhere = `${ZONES}/mars-1a/outage`
    const missing = { status: 404, body: { code: 'AvailabilityZoneNotFound', detail } }
    expect(await api.call('POST', nowhere, { mode: 'kill' })).toMatchObject(missing)
    expect(await api.call('DELETE', nowhere)).toMatchObject(missing)
  })

  it.each([[{}], [{ mode: 'burn' }], [{ mode: 'kill', seconds: 5 }]])('is not begun by %j', async (body) => {
    expect(await begin(body)).toMatchObject({ status: 400, body: { code: 'InvalidParameterValue' } })
    expect(await shown()).toEqual({ name: 'local-1a', address: '127.0.0.1' })
  })
})
