import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CacheCluster, CacheClusterList } from '../../../apps/api/src/schemas/cache-cluster.ts'
import { PATIENT, bringHome, ownerNamed, startApi, takeDown, type ApiUnderTest } from './api-under-test.ts'

const URL = '/v1/cache-clusters'
let api: ApiUnderTest
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const request = (cacheClusterId: string, over: object = {}) => ({
  cacheClusterId,
  engine: 'memcached',
  cacheNodeType: 'cache.t4g.micro',
  ...over,
})

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** A maintenance window from an hour before to an hour after. */
function windowAt(moment: Date): string {
  const [from, to] = [-HOUR_MS, HOUR_MS].map((ms) => {
    const at = new Date(moment.getTime() + ms)
    return `${DAYS[at.getUTCDay()]}:${at.toISOString().slice(11, 16)}`
  })
  return `${from}-${to}`
}

const clusterNamed = (name: string) => ownerNamed(api.store, 'cache-cluster', name)

describe('a cache cluster', () => {
  it('is created with 202 and shows no node before there is one', async () => {
    const { status, body, headers } = await api.call(
      'POST',
      URL,
      request('Pages', { preferredAvailabilityZone: 'local-1b' }),
    )
    expect(status).toBe(202)
    expect(headers.location).toBe('/v1/cache-clusters/pages')
    expect(CacheCluster.strict().parse(body)).toMatchObject({
      cacheClusterId: 'pages',
      cacheClusterStatus: 'creating',
      engine: 'memcached',
      engineVersion: '1.6.38',
      numCacheNodes: 1,
      preferredAvailabilityZone: 'local-1b',
      cacheParameterGroup: {
        cacheParameterGroupName: 'default.memcached1.6',
        parameterApplyStatus: 'in-sync',
      },
      arn: 'arn:aws:elasticache:local-1:000000000000:cluster:pages',
    })
    for (const absent of ['cacheNodes', 'configurationEndpoint', 'replicationGroupId', 'snapshotWindow']) {
      expect(body).not.toHaveProperty(absent)
    }
  })

  it('answers who waits with its endpoint', async () => {
    const pending = api.call('POST', URL, request('ready'), { prefer: 'wait=30' })
    await expect.poll(() => api.store.findCacheCluster('000000000000', 'ready'), PATIENT).not.toBeNull()
    await bringHome(api, await clusterNamed('ready'))
    const { status, body } = await pending
    expect(status).toBe(200)
    const cluster = CacheCluster.strict().parse(body)
    expect(cluster.cacheClusterStatus).toBe('available')
    expect(cluster.configurationEndpoint).toEqual({ address: '127.0.0.1', port: expect.any(Number) })
    expect(cluster.cacheNodes).toEqual([
      {
        cacheNodeId: '0001',
        cacheNodeStatus: 'available',
        cacheNodeCreateTime: expect.any(String),
        endpoint: { address: '127.0.0.1', port: expect.any(Number) },
        parameterGroupStatus: 'in-sync',
        customerAvailabilityZone: cluster.preferredAvailabilityZone,
      },
    ])
  })

  it('of redis has its endpoint at its node and a snapshot window', async () => {
    await api.call('POST', URL, request('solo', { engine: 'redis', port: 7000 }))
    await bringHome(api, await clusterNamed('solo'))
    const { body } = await api.call('GET', `${URL}/solo`)
    const cluster = CacheCluster.strict().parse(body)
    expect(cluster.configurationEndpoint).toBeUndefined()
    expect(cluster.snapshotWindow).toMatch(/^\d\d:\d\d-\d\d:\d\d$/)
    expect(cluster.cacheNodes?.[0]?.endpoint?.port).toBe(7000)
    expect((await api.call('GET', `${URL}/solo?showCacheNodeInfo=false`)).body).not.toHaveProperty(
      'cacheNodes',
    )
  })

  it('shows nodes that are to come and to go as pending until its list names the others', async () => {
    const path = `${URL}/many`
    const modify = (body: object) => api.call('PATCH', path, { applyImmediately: true, ...body })
    await api.call('POST', URL, request('many', { numCacheNodes: 2, azMode: 'cross-az' }))
    await bringHome(api, await clusterNamed('many'))
    const grown = CacheCluster.strict().parse((await modify({ numCacheNodes: 3 })).body)
    expect(grown).toMatchObject({
      cacheClusterStatus: 'modifying',
      numCacheNodes: 2,
      pendingModifiedValues: { numCacheNodes: 3 },
    })
    expect((await modify({ numCacheNodes: 4 })).body).toMatchObject({ code: 'InvalidCacheClusterState' })
    await bringHome(api, await clusterNamed('many'))
    const { body } = await modify({ numCacheNodes: 2, cacheNodeIdsToRemove: ['0001'] })
    expect(CacheCluster.strict().parse(body)).toMatchObject({
      numCacheNodes: 3,
      pendingModifiedValues: { numCacheNodes: 2, cacheNodeIdsToRemove: ['0001'] },
    })
    const events = await api.call('GET', '/v1/events?sourceType=cache-cluster&sourceIdentifier=many')
    for (const message of ['Increasing number of requested nodes', 'Decreasing number of requested nodes'])
      expect(JSON.stringify(events.body)).toContain(message)
  })

  it('shows nodes that wait for the maintenance window until it opens, and takes them back when asked', async () => {
    const path = `${URL}/later`
    const modify = async (body: object) =>
      CacheCluster.strict().parse((await api.call('PATCH', path, body)).body)
    const far = windowAt(new Date(Date.now() + 3 * DAY_MS))
    await api.call('POST', URL, request('later', { numCacheNodes: 2, preferredMaintenanceWindow: far }))
    await bringHome(api, await clusterNamed('later'))
    const asIs = { cacheClusterStatus: 'available', numCacheNodes: 2 }

    expect(await modify({ numCacheNodes: 3 })).toMatchObject({
      ...asIs,
      pendingModifiedValues: { numCacheNodes: 3 },
    })
    expect(await modify({ numCacheNodes: 1, cacheNodeIdsToRemove: ['0002'] })).toMatchObject({
      ...asIs,
      pendingModifiedValues: { numCacheNodes: 1, cacheNodeIdsToRemove: ['0002'] },
    })
    expect(await api.store.applyDueNodes()).toEqual([])
    expect(await modify({ numCacheNodes: 2 })).toMatchObject({ ...asIs, pendingModifiedValues: {} })

    await modify({ numCacheNodes: 3 })
    await modify({ preferredMaintenanceWindow: windowAt(new Date()) })
    expect(await api.store.applyDueNodes()).toHaveLength(1)
    expect((await api.call('GET', path)).body).toMatchObject({
      cacheClusterStatus: 'modifying',
      pendingModifiedValues: { numCacheNodes: 3 },
    })
    expect(await api.store.applyDueNodes()).toEqual([])
    await bringHome(api, await clusterNamed('later'))
    expect((await api.call('GET', path)).body).toMatchObject({
      cacheClusterStatus: 'available',
      numCacheNodes: 3,
      pendingModifiedValues: {},
    })

    await modify({ numCacheNodes: 4 })
    expect(await modify({ applyImmediately: true })).toMatchObject({ cacheClusterStatus: 'modifying' })
  })

  it('shows who may log in, and never how', async () => {
    const saslUsers = [{ userName: 'web', password: 'CANARY-of-a-customer' }]
    const { status, body } = await api.call('POST', URL, request('guarded', { saslUsers }))
    expect(status).toBe(202)
    expect(CacheCluster.strict().parse(body)).toMatchObject({ saslUsers: [{ userName: 'web' }] })
    expect(JSON.stringify(body)).not.toContain('CANARY')
    expect(JSON.stringify(await api.rows('SELECT * FROM memcached_cluster'))).not.toContain('CANARY')
    const [node] = (await clusterNamed('guarded')).nodes
    const [user] = (await api.store.loadNode(node?.id ?? ''))?.saslUsers ?? []
    expect(user?.password.reveal()).toBe('CANARY-of-a-customer')
  })

  it('changes who may log in, node by node, and keeps at least one', async () => {
    const saslUsers = [{ userName: 'web', password: 'CANARY-of-a-customer' }]
    await api.call('POST', URL, request('regrouped', { saslUsers }))
    await bringHome(api, await clusterNamed('regrouped'))
    const change = (wish: object) => api.call('PATCH', `${URL}/regrouped`, wish)
    expect((await change({ saslUsers: [] })).body).toMatchObject({ code: 'InvalidParameterValue' })
    const { status, body } = await change({
      saslUsers: [{ userName: 'jobs', password: 'CANARY-of-another-one' }],
    })
    expect(status).toBe(202)
    expect(body).toMatchObject({ cacheClusterStatus: 'modifying', saslUsers: [{ userName: 'jobs' }] })
    expect(JSON.stringify(await api.rows('SELECT * FROM memcached_cluster'))).not.toContain('CANARY')
    for (const { id, workflow } of (await clusterNamed('regrouped')).nodes) {
      expect(workflow.signals).toContain('configure')
      const users = (await api.store.loadNode(id))?.saslUsers ?? []
      expect(users.map(({ password }) => password.reveal())).toEqual(['CANARY-of-another-one'])
    }
  })

  it("has no snapshots, and says so in ElastiCache's words", async () => {
    await api.call('POST', URL, request('bare'))
    const { status, body } = await api.call('DELETE', `${URL}/bare?finalSnapshotIdentifier=last`)
    expect(status).toBe(400)
    expect(body).toMatchObject({ code: 'SnapshotFeatureNotSupportedFault' })
  })

  it('is deleted, and gone for who waits', async () => {
    await api.call('POST', URL, request('bye'))
    const pending = api.call('DELETE', `${URL}/bye`, undefined, { prefer: 'wait=30' })
    await expect
      .poll(async () => (await api.call('GET', `${URL}/bye`)).body, PATIENT)
      .toMatchObject({ cacheClusterStatus: 'deleting' })
    await takeDown(api, await clusterNamed('bye'))
    expect((await pending).status).toBe(204)
    expect((await api.call('GET', `${URL}/bye`)).body).toMatchObject({ code: 'CacheClusterNotFound' })
  })
})

describe('members of replication groups', () => {
  it('are cache clusters that are listed, read and not deleted on their own', async () => {
    await api.call('POST', '/v1/replication-groups', {
      replicationGroupId: 'family',
      description: 'a group',
      cacheNodeType: 'cache.t4g.micro',
    })
    const { body } = await api.call('GET', `${URL}/family-001`)
    expect(CacheCluster.strict().parse(body)).toMatchObject({ replicationGroupId: 'family', engine: 'redis' })
    expect(
      (await api.call('PATCH', `${URL}/family-001`, { autoMinorVersionUpgrade: false })).body,
    ).toMatchObject({
      code: 'InvalidParameterCombination',
      detail: expect.stringContaining('modify the replication group'),
    })
    expect((await api.call('DELETE', `${URL}/family-001`)).body).toMatchObject({
      code: 'InvalidCacheClusterState',
      detail: expect.stringContaining('only member of a replication group'),
    })
    const all = CacheClusterList.parse((await api.call('GET', URL)).body)
    const alone = CacheClusterList.parse(
      (await api.call('GET', `${URL}?showCacheClustersNotInReplicationGroups=true`)).body,
    )
    const names = (list: typeof all) => list.cacheClusters.map((cluster) => cluster.cacheClusterId)
    expect(names(all)).toContain('family-001')
    expect(names(alone)).toEqual(names(all).filter((name) => name !== 'family-001'))
  })

  it('show their nodes in a list only when asked', async () => {
    const plain = CacheClusterList.parse((await api.call('GET', URL)).body)
    const full = CacheClusterList.parse((await api.call('GET', `${URL}?showCacheNodeInfo=true`)).body)
    expect(plain.cacheClusters.some((cluster) => cluster.cacheNodes !== undefined)).toBe(false)
    expect(full.cacheClusters.some((cluster) => cluster.cacheNodes !== undefined)).toBe(true)
  })
})
