import { Secret } from '@cacheplane/domain'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  AvailabilityZoneList,
  EngineVersionList,
  EventList,
  NodeTypeList,
} from '../../../apps/api/src/schemas/catalogue.ts'
import { ReplicationGroupList } from '../../../apps/api/src/schemas/replication-group.ts'
import { ACCOUNT, aGroupPlan } from '../../support/stores.ts'
import { ownerNamed, startApi, takeDown, type ApiUnderTest } from './api-under-test.ts'

const GROUPS = 45
let api: ApiUnderTest
beforeAll(async () => {
  api = await startApi()
  for (let i = 0; i < GROUPS; i += 1) {
    const replicationGroupId = `group-${String(i).padStart(2, '0')}`
    await api.store.createReplicationGroup(aGroupPlan({ replicationGroupId }))
  }
  for (let i = 0; i < 30; i += 1) {
    await api.store.recordEvent(ACCOUNT, {
      sourceType: i % 2 === 0 ? 'replication-group' : 'cache-cluster',
      sourceIdentifier: i % 2 === 0 ? 'group-00' : 'group-00-001',
      message: `event ${i}`,
      because: 'a test said so',
    })
  }
})
afterAll(() => api.close())

async function pages(url: string): Promise<Record<string, never>[]> {
  const all: Record<string, never>[] = []
  let marker: string | undefined
  do {
    const query: string = marker === undefined ? '' : `&marker=${encodeURIComponent(marker)}`
    const { status, body } = await api.call('GET', `${url}${query}`)
    expect(status).toBe(200)
    all.push(body)
    marker = body.marker
  } while (marker !== undefined)
  return all
}

describe('a list', () => {
  it('comes in pages that join without gap or overlap', async () => {
    const lists = (await pages('/v1/replication-groups?maxRecords=20')).map((page) =>
      ReplicationGroupList.parse(page),
    )
    expect(lists.map((list) => list.replicationGroups.length)).toEqual([20, 20, 5])
    const names = lists.flatMap((list) => list.replicationGroups.map((group) => group.replicationGroupId))
    expect(names).toEqual(Array.from({ length: GROUPS }, (_, i) => `group-${String(i).padStart(2, '0')}`))
  })

  it('has no marker when its last page is exactly full', async () => {
    const sizes = (await pages('/v1/replication-groups?maxRecords=45')).map((page) => Object.keys(page))
    expect(sizes).toEqual([['replicationGroups']])
  })

  it('does not take a marker of another list, or of the caller’s own making', async () => {
    const { body } = await api.call('GET', '/v1/replication-groups?maxRecords=20')
    const elsewhere = await api.call('GET', `/v1/cache-clusters?marker=${String(body.marker)}`)
    expect(elsewhere.body).toMatchObject({ code: 'InvalidParameterValue', errors: [{ path: 'marker' }] })
    const forged = `${Buffer.from('group-40').toString('base64url')}.${String(body.marker).split('.')[1]}`
    expect((await api.call('GET', `/v1/replication-groups?marker=${forged}`)).status).toBe(400)
  })

  it('shows what is there now: a page starts behind its marker even when that row is gone', async () => {
    const { body } = await api.call('GET', '/v1/replication-groups?maxRecords=20')
    await takeDown(api, await ownerNamed(api.store, 'replication-group', 'group-19'))
    const next = await api.call('GET', `/v1/replication-groups?maxRecords=20&marker=${String(body.marker)}`)
    expect(ReplicationGroupList.parse(next.body).replicationGroups[0]?.replicationGroupId).toBe('group-20')
  })
})

describe('events', () => {
  it('come newest first, in pages', async () => {
    const lists = (await pages('/v1/events?maxRecords=20')).map((page) => EventList.parse(page))
    const messages = lists.flatMap((list) => list.events.map((event) => event.message))
    expect(messages.filter((message) => message.startsWith('event '))).toEqual(
      Array.from({ length: 30 }, (_, i) => `event ${29 - i}`),
    )
    expect(lists[0]?.events[0]).toMatchObject({ because: 'a test said so' })
  })

  it('are filtered by source and by time', async () => {
    const of = async (query: string) =>
      EventList.parse((await api.call('GET', `/v1/events?${query}`)).body).events
    const byType = await of('sourceType=cache-cluster')
    expect(byType.length).toBeGreaterThanOrEqual(15)
    expect(byType.every((event) => event.sourceType === 'cache-cluster')).toBe(true)
    expect(
      (await of('sourceIdentifier=GROUP-00&sourceType=replication-group')).length,
    ).toBeGreaterThanOrEqual(15)
    expect(await of('sourceIdentifier=nobody')).toEqual([])
    expect(await of('endTime=2020-01-01T00:00:00Z')).toEqual([])
    expect((await api.call('GET', '/v1/events?startTime=yesterday')).body).toMatchObject({
      errors: [{ path: 'startTime', message: expect.stringContaining('must be a time such as') }],
    })
    expect((await api.call('GET', '/v1/events?sourceType=dragon')).status).toBe(400)
  })
})

describe('the catalogue', () => {
  it('lists the engine versions that can be asked for', async () => {
    const of = async (query: string) =>
      EngineVersionList.parse((await api.call('GET', `/v1/engine-versions?${query}`)).body)
        .cacheEngineVersions
    expect((await of('')).length).toBeGreaterThanOrEqual(6)
    expect(await of('engine=valkey&defaultOnly=true')).toMatchObject([
      { engineVersion: '8.1', cacheParameterGroupFamily: 'valkey8' },
    ])
    expect(await of('cacheParameterGroupFamily=redis6.x')).toMatchObject([{ engineVersion: '6.0' }])
    expect(await of('engine=oracle')).toEqual([])
  })

  it('lists node types with what the Docker engines make of them', async () => {
    const { body } = await api.call('GET', '/v1/node-types?engine=redis')
    const { nodeTypes } = NodeTypeList.parse(body)
    expect(nodeTypes.find((type) => type.cacheNodeType === 'cache.t4g.micro')).toMatchObject({
      vcpus: 2,
      cpus: 2,
      cpusCapped: false,
      memoryBytes: 536870912,
      maxmemoryBytes: 402653184,
    })
    expect(nodeTypes.find((type) => type.cacheNodeType === 'cache.m5.xlarge')).toMatchObject({
      cpus: 2,
      cpusCapped: true,
    })
    expect(nodeTypes.some((type) => type.cacheNodeType.startsWith('cache.m8g'))).toBe(false)
    expect(nodeTypes.some((type) => type.cacheNodeType.startsWith('cache.t2'))).toBe(false)
  })

  it('lists the zones', async () => {
    const { body } = await api.call('GET', '/v1/availability-zones')
    expect(AvailabilityZoneList.parse(body).availabilityZones).toEqual(
      ['local-1a', 'local-1b', 'local-1c'].map((name) => ({ name, address: '127.0.0.1' })),
    )
  })

  it('has the certificate once there is one', async () => {
    expect((await api.call('GET', '/v1/ca-certificate')).body).toMatchObject({ code: 'ServiceUnavailable' })
    const material = { certificatePem: '-----BEGIN CERTIFICATE-----\n', keyPem: new Secret('CANARY-key') }
    await api.store.keepAuthority(() => Promise.resolve(material))
    const { status, headers, text } = await api.call('GET', '/v1/ca-certificate')
    expect(status).toBe(200)
    expect(headers['content-type']).toContain('application/x-pem-file')
    expect(text).toBe('-----BEGIN CERTIFICATE-----\n')
  })
})
