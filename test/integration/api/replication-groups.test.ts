import type { Change } from '@cacheplane/domain'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT } from '../../support/stores.ts'
import { ReplicationGroup } from '../../../apps/api/src/schemas/replication-group.ts'
import {
  PATIENT,
  bringHome,
  giveUp,
  ownerNamed,
  startApi,
  step,
  takeDown,
  workflowOf,
  type ApiUnderTest,
} from './api-under-test.ts'

const URL = '/v1/replication-groups'
const TOKEN = 'CANARY-token-0123456789'
let api: ApiUnderTest
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const request = (replicationGroupId: string, over: object = {}) => ({
  replicationGroupId,
  description: 'a group of a test',
  cacheNodeType: 'cache.t4g.micro',
  engine: 'valkey',
  ...over,
})
const groupNamed = (name: string) => ownerNamed(api.store, 'replication-group', name)

describe('creating a replication group', () => {
  it('answers 202 with all that ElastiCache would say of it, and rings for its workflow', async () => {
    const { status, body, headers } = await api.call('POST', URL, request('Orders'))
    expect(status).toBe(202)
    expect(headers.location).toBe('/v1/replication-groups/orders')
    expect(headers['preference-applied']).toBeUndefined()
    expect(ReplicationGroup.strict().parse(body)).toMatchObject({
      replicationGroupId: 'orders',
      description: 'a group of a test',
      status: 'creating',
      memberClusters: ['orders-001'],
      pendingModifiedValues: {},
      automaticFailover: 'disabled',
      multiAZ: 'disabled',
      clusterEnabled: false,
      cacheNodeType: 'cache.t4g.micro',
      engine: 'valkey',
      arn: 'arn:aws:elasticache:local-1:000000000000:replicationgroup:orders',
      authTokenEnabled: false,
    })
    expect(body).not.toHaveProperty('nodeGroups')
    expect(api.rings).toHaveLength(1)
    expect((await api.call('GET', `${URL}/ORDERS`)).body).toEqual(body)
  })

  it('takes the description by either of its names, but not two descriptions', async () => {
    const { description, ...rest } = request('described')
    const alias = { ...rest, replicationGroupDescription: description }
    expect((await api.call('POST', URL, { ...alias, description: 'another' })).body).toMatchObject({
      code: 'InvalidParameterCombination',
    })
    expect((await api.call('POST', URL, rest)).body).toMatchObject({ errors: [{ path: 'description' }] })
    expect((await api.call('POST', URL, alias)).body).toMatchObject({ description })
  })

  it('refuses a name that is taken, also by a member', async () => {
    expect((await api.call('POST', URL, request('orders'))).body).toMatchObject({
      code: 'ReplicationGroupAlreadyExists',
    })
    const cluster = { cacheClusterId: 'taken-001', engine: 'memcached', cacheNodeType: 'cache.t4g.micro' }
    expect((await api.call('POST', '/v1/cache-clusters', cluster)).status).toBe(202)
    expect((await api.call('POST', URL, request('taken'))).body).toMatchObject({
      code: 'CacheClusterAlreadyExists',
    })
    expect((await api.call('GET', `${URL}/taken`)).status).toBe(404)
  })

  it('refuses zones that do not exist and nodes that fit nowhere', async () => {
    const zone = await api.call('POST', URL, request('far', { preferredCacheClusterAZs: ['mars-1a'] }))
    expect(zone.body).toMatchObject({
      code: 'InvalidParameterValue',
      errors: [{ path: 'preferredCacheClusterAZs' }],
    })
    const shards = { numNodeGroups: 2, nodeGroupConfiguration: [{ primaryAvailabilityZone: 'mars-1a' }, {}] }
    expect((await api.call('POST', URL, request('far', shards))).body).toMatchObject({
      errors: [{ path: 'nodeGroupConfiguration' }],
    })
    const big = await api.call('POST', URL, request('big', { cacheNodeType: 'cache.r7g.16xlarge' }))
    expect(big.body).toMatchObject({ code: 'InsufficientCacheClusterCapacity' })
  })

  it('never shows, logs or stores the token in the clear', async () => {
    const secret = { transitEncryptionEnabled: true, authToken: TOKEN }
    const created = await api.call('POST', URL, request('secret', secret), { 'idempotency-key': 'secret' })
    expect(created.status).toBe(202)
    expect(created.body).toMatchObject({
      authTokenEnabled: true,
      transitEncryptionEnabled: true,
      transitEncryptionMode: 'required',
    })
    expect(created.body).toHaveProperty('authTokenLastModifiedDate')
    const tables = await api.rows<{ table_name: string }>(
      `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`,
    )
    for (const { table_name: table } of tables) {
      const found = await api.rows(`SELECT 1 FROM "${table}" t WHERE t::text LIKE '%CANARY%'`)
      expect(found, table).toEqual([])
    }
    const shown = [created.text, (await api.call('GET', URL)).text, ...api.lines].join('\n')
    expect(shown).not.toContain('CANARY')
  })
})

describe('waiting for a replication group', () => {
  it('is answered 200 as soon as it is available, with its endpoints', async () => {
    const started = performance.now()
    const pending = api.call('POST', URL, request('wanted'), { prefer: 'wait=30' })
    await expect.poll(() => api.store.findReplicationGroup('000000000000', 'wanted'), PATIENT).not.toBeNull()
    await bringHome(api, await groupNamed('wanted'))
    const { status, body, headers } = await pending
    expect(status).toBe(200)
    expect(performance.now() - started).toBeLessThan(8_000)
    expect(headers['preference-applied']).toBe('wait=30')
    const group = ReplicationGroup.strict().parse(body)
    expect(group.status).toBe('available')
    expect(group.statusReason).toBeUndefined()
    expect(group.nodeGroups).toHaveLength(1)
    const [shard] = group.nodeGroups ?? []
    expect(shard).toMatchObject({
      nodeGroupId: '0001',
      status: 'available',
      nodeGroupMembers: [{ cacheClusterId: 'wanted-001', cacheNodeId: '0001', currentRole: 'primary' }],
    })
    expect(shard?.primaryEndpoint).toEqual({ address: '127.0.0.1', port: expect.any(Number) })
    expect(shard?.readerEndpoint).toEqual({ address: '127.0.0.1', port: expect.any(Number) })
    expect(shard?.readerEndpoint).not.toEqual(shard?.primaryEndpoint)
    expect((await api.call('GET', `${URL}/wanted`, undefined, { prefer: 'wait=30' })).status).toBe(200)
  })

  it('is answered 202 when the time is up', async () => {
    const { status, headers, body } = await api.call('POST', URL, request('slow'), { prefer: 'wait=1' })
    expect(status).toBe(202)
    expect(headers['preference-applied']).toBe('wait=1')
    expect(body).toMatchObject({ status: 'creating' })
    expect((await api.call('GET', `${URL}/slow`, undefined, { prefer: 'wait=1' })).status).toBe(202)
    expect((await api.call('GET', `${URL}/slow`)).status).toBe(200)
  })

  it('is answered with the reason when the creation was given up', async () => {
    const pending = api.call('POST', URL, request('doomed'), { prefer: 'wait=30' })
    await expect.poll(() => api.store.findReplicationGroup('000000000000', 'doomed'), PATIENT).not.toBeNull()
    await giveUp(api, await groupNamed('doomed'), 'the image is missing on engine-1')
    const { status, body } = await pending
    expect(status).toBe(500)
    expect(body).toMatchObject({ code: 'ProvisioningFailed' })
    expect(JSON.stringify(body)).toContain('the image is missing on engine-1')
    const seen = await api.call('GET', `${URL}/doomed`)
    expect(seen.body).toMatchObject({
      status: 'create-failed',
      statusReason: 'the image is missing on engine-1',
    })
  })
})

describe('deleting a replication group', () => {
  it('shows deleting at once, and ends in 404', async () => {
    await api.call('POST', URL, request('going'))
    const { status, body } = await api.call('DELETE', `${URL}/Going`)
    expect(status).toBe(202)
    expect(body).toMatchObject({ status: 'deleting', statusReason: 'it is about to be taken down' })
    expect((await api.call('GET', `${URL}/going`)).body).toMatchObject({ status: 'deleting' })
    expect((await api.call('DELETE', `${URL}/going`)).body).toMatchObject({
      code: 'InvalidReplicationGroupState',
    })
    await takeDown(api, await groupNamed('going'))
    expect((await api.call('GET', `${URL}/going`)).body).toMatchObject({
      code: 'ReplicationGroupNotFoundFault',
    })
    expect((await api.call('DELETE', `${URL}/going`)).status).toBe(404)
  })

  it('answers 204 when it is gone, for who waited', async () => {
    await api.call('POST', URL, request('leaving'))
    const pending = api.call('DELETE', `${URL}/leaving`, undefined, { prefer: 'wait=30' })
    await expect
      .poll(async () => (await api.call('GET', `${URL}/leaving`)).body, PATIENT)
      .toMatchObject({ status: 'deleting' })
    await takeDown(api, await groupNamed('leaving'))
    const { status, text, headers } = await pending
    expect(status).toBe(204)
    expect(text).toBe('')
    expect(headers['preference-applied']).toBe('wait=30')
  })

  it('does not take another group of the same name for the one that went', async () => {
    await api.call('POST', URL, request('phoenix'))
    const pending = api.call('DELETE', `${URL}/phoenix`, undefined, { prefer: 'wait=30' })
    await expect
      .poll(async () => (await api.call('GET', `${URL}/phoenix`)).body, PATIENT)
      .toMatchObject({ status: 'deleting' })
    await takeDown(api, await groupNamed('phoenix'))
    await api.call('POST', URL, request('phoenix'))
    expect((await pending).status).toBe(204)
  })

  it('is deleting while its final snapshot is taken, and says why when it stays after all', async () => {
    await api.call('POST', URL, request('final'))
    await bringHome(api, await groupNamed('final'))
    const pending = api.call('DELETE', `${URL}/final?finalSnapshotIdentifier=Last`, undefined, {
      prefer: 'wait=30',
    })
    await expect
      .poll(async () => (await api.call('GET', `${URL}/final`)).body, PATIENT)
      .toMatchObject({ status: 'deleting' })
    expect((await api.call('GET', '/v1/snapshots/last')).body).toMatchObject({
      snapshotStatus: 'creating',
      replicationGroupId: 'final',
    })
    for (const query of ['', '?finalSnapshotIdentifier=again'])
      expect((await api.call('DELETE', `${URL}/final${query}`)).body).toMatchObject({
        code: 'InvalidReplicationGroupState',
      })
    expect((await api.call('DELETE', '/v1/snapshots/last')).body).toMatchObject({
      code: 'InvalidSnapshotState',
    })
    const snapshot = await api.store.findSnapshot(ACCOUNT, 'last')
    const lower: Change = {
      do: 'lower',
      kind: 'replication-group',
      subjectId: snapshot?.finalOf?.id ?? '',
      signal: 'retire',
    }
    await step(api.store, await workflowOf(api.rows, snapshot?.id ?? ''), [lower], 'failed', 'no room')
    expect((await pending).body).toMatchObject({
      code: 'ProvisioningFailed',
      detail: 'Replication group final was not deleted: its final snapshot could not be taken: no room',
    })
    expect((await api.call('GET', `${URL}/final`)).body).toMatchObject({ status: 'available' })
    const taken = await api.call('DELETE', `${URL}/final?finalSnapshotIdentifier=last`)
    expect(taken.body).toMatchObject({ code: 'SnapshotAlreadyExistsFault' })
  })

  it('refuses what it cannot do, and touches nothing', async () => {
    await api.call('POST', URL, request('kept'))
    for (const query of ['retainPrimaryCluster=true', 'finalSnapshotIdentifier=a--b', 'nonsense=1']) {
      expect((await api.call('DELETE', `${URL}/kept?${query}`)).status).toBe(400)
    }
    expect((await api.call('GET', `${URL}/kept`)).body).toMatchObject({ status: 'creating' })
    expect((await api.call('DELETE', `${URL}/kept?retainPrimaryCluster=false`)).status).toBe(202)
  })

  it.each(['nobody', 'a--b', '%00', '..%2f..', 'x'.repeat(500), "a'%20OR%201=1"])(
    'does not know %s',
    async (id) => {
      expect((await api.call('GET', `${URL}/${id}`)).body).toMatchObject({
        code: 'ReplicationGroupNotFoundFault',
      })
      expect((await api.call('DELETE', `${URL}/${id}`)).body).toMatchObject({
        code: 'ReplicationGroupNotFoundFault',
      })
    },
  )
})
