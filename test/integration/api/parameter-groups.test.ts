import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bringHome, ownerNamed, startApi, step, workflowOf, type ApiUnderTest } from './api-under-test.ts'

const GROUPS = '/v1/parameter-groups'
const PARAMETERS = '/v1/parameter-groups/mine/parameters'
const MINE = { cacheParameterGroupName: 'Mine', cacheParameterGroupFamily: 'valkey8', description: 'mine' }

describe('parameter groups', () => {
  let api: ApiUnderTest
  beforeEach(async () => {
    api = await startApi()
  })
  afterEach(() => api.close())

  const make = (over: object = {}) => api.call('POST', GROUPS, { ...MINE, ...over })
  const set = (name: string, value: string, group = 'mine') =>
    api.call('PATCH', `${GROUPS}/${group}`, {
      parameterNameValues: [{ parameterName: name, parameterValue: value }],
    })
  const createCache = (over: object = {}) =>
    api.call('POST', '/v1/replication-groups', {
      replicationGroupId: 'orders',
      description: 'Orders',
      engine: 'valkey',
      cacheNodeType: 'cache.t4g.micro',
      cacheParameterGroupName: 'mine',
      ...over,
    })
  const settle = async () => bringHome(api, await ownerNamed(api.store, 'replication-group', 'orders'))
  const refused = (code: string, detail: string) =>
    expect.objectContaining({
      body: expect.objectContaining({ code, detail: expect.stringContaining(detail) }),
    })

  it('can be made, read, listed among the defaults, and deleted', async () => {
    const made = await make()
    expect(made).toMatchObject({
      status: 201,
      body: {
        cacheParameterGroupName: 'mine',
        cacheParameterGroupFamily: 'valkey8',
        arn: 'arn:aws:elasticache:local-1:000000000000:parametergroup:mine',
      },
    })
    expect(made.headers.location).toBe(`${GROUPS}/mine`)
    expect((await api.call('GET', `${GROUPS}/MINE`)).body).toEqual(made.body)
    const { body } = await api.call('GET', GROUPS)
    expect(body.cacheParameterGroups).toHaveLength(9)
    expect(body.cacheParameterGroups).toEqual(expect.arrayContaining([made.body]))
    expect(await api.call('DELETE', `${GROUPS}/mine`)).toMatchObject({ status: 204 })
    expect(await api.call('GET', `${GROUPS}/mine`)).toEqual(
      refused('CacheParameterGroupNotFound', 'CacheParameterGroup mine not found.'),
    )
  })

  it('of cluster mode are listed with the one value that is theirs, and refused to caches without it', async () => {
    const name = 'default.valkey8.cluster.on'
    const { body } = await api.call('GET', GROUPS)
    expect(body.cacheParameterGroups).toContainEqual(
      expect.objectContaining({ cacheParameterGroupName: name }),
    )
    const all = await api.call('GET', `${GROUPS}/${name}/parameters?maxRecords=100`)
    expect(all.body.parameters).toContainEqual(
      expect.objectContaining({ parameterName: 'cluster-enabled', parameterValue: 'yes', source: 'system' }),
    )
    await createCache({ cacheParameterGroupName: 'default.valkey8' })
    await settle()
    const change = { cacheParameterGroupName: name, applyImmediately: true }
    expect(await api.call('PATCH', '/v1/replication-groups/orders', change)).toEqual(
      refused('InvalidParameterCombination', 'Cluster mode should be disabled in parameter group'),
    )
    expect(await set('timeout', '60', name)).toEqual(refused('InvalidParameterValue', 'default group'))
  })

  it('of one’s own are for cluster mode when they say so, and ask for it', async () => {
    await make()
    expect(await createCache({ cacheParameterGroupName: 'MINE', numNodeGroups: 2 })).toEqual(
      refused('InvalidParameterCombination', 'Cluster mode should be enabled in parameter group'),
    )
    await set('cluster-enabled', 'yes')
    expect(await createCache({ clusterMode: 'disabled' })).toEqual(
      refused('InvalidParameterCombination', 'Cluster mode should be disabled in parameter group'),
    )
    const alone = { cacheClusterId: 'alone', engine: 'valkey', cacheParameterGroupName: 'mine' }
    const standing = { ...alone, cacheNodeType: 'cache.t4g.micro' }
    expect(await api.call('POST', '/v1/cache-clusters', standing)).toEqual(
      refused('InvalidParameterCombination', 'Cluster mode should be disabled in parameter group'),
    )
    expect(await createCache()).toMatchObject({ status: 202, body: { clusterEnabled: true } })
    expect(await set('cluster-enabled', 'no')).toEqual(
      refused('InvalidParameterValue', 'only while no cache cluster uses the group'),
    )
  })

  it('are refused where they cannot be, with ElastiCache’s codes', async () => {
    await make()
    expect(await make()).toEqual(
      refused('CacheParameterGroupAlreadyExists', 'Parameter group mine already exists'),
    )
    expect(await make({ cacheParameterGroupName: 'default.mine' })).toEqual(
      refused('InvalidParameterValue', 'not a valid identifier'),
    )
    expect(await make({ cacheParameterGroupFamily: 'redis4.0' })).toEqual(
      refused('InvalidParameterValue', 'redis4.0 is not a valid parameter group family'),
    )
    expect(await set('timeout', '60', 'default.valkey8')).toEqual(
      refused('InvalidParameterValue', 'default group and cannot be changed'),
    )
    expect(await api.call('DELETE', `${GROUPS}/default.valkey8`)).toEqual(
      refused('InvalidParameterValue', 'default group'),
    )
    expect(await set('timeout', '60\r\nrequirepass x')).toEqual(
      refused('InvalidParameterValue', 'timeout must be a whole number'),
    )
    expect(await set('timeout', '60', 'nobodys')).toEqual(refused('CacheParameterGroupNotFound', 'nobodys'))
    expect(await set('timeout', '60', '..%2Fmine')).toMatchObject({ status: 404 })
    expect(await set('appendonly', 'yes')).toEqual(
      refused('InvalidParameterValue', 'does not support persistence'),
    )
  })

  it('say what is theirs and what is their family’s, a page at a time', async () => {
    await make()
    await set('maxmemory-policy', 'allkeys-lru')
    const { body } = await api.call('GET', `${PARAMETERS}?source=user`)
    expect(body.parameters).toEqual([
      {
        parameterName: 'maxmemory-policy',
        parameterValue: 'allkeys-lru',
        description: expect.any(String),
        source: 'user',
        dataType: 'string',
        allowedValues: expect.stringContaining('noeviction'),
        isModifiable: true,
        minimumEngineVersion: '8.1',
        changeType: 'immediate',
      },
    ])
    expect(body.cacheNodeTypeSpecificParameters).toEqual([])
    const system = await api.call('GET', `${PARAMETERS}?source=system`)
    expect(system.body.cacheNodeTypeSpecificParameters).not.toEqual([])
    const first = await api.call('GET', `${PARAMETERS}?maxRecords=20`)
    const second = await api.call('GET', `${PARAMETERS}?maxRecords=100&marker=${String(first.body.marker)}`)
    const all = await api.call('GET', '/v1/engine-default-parameters?family=valkey8')
    const names = ({ text }: { text: string }): string[] =>
      [...text.matchAll(/"parameterName":"([^"]+)"/g)].map((one) => one[1] ?? '')
    expect(names(all).length).toBeGreaterThan(50)
    expect(new Set([...names(first), ...names(second)])).toEqual(new Set(names(all)))
    expect(all.body.cacheNodeTypeSpecificParameters).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          parameterName: 'maxmemory',
          cacheNodeTypeSpecificValues: expect.arrayContaining([
            { cacheNodeType: 'cache.t4g.micro', value: '536870912' },
          ]),
        }),
      ]),
    )
    expect(second.body.cacheNodeTypeSpecificParameters).toEqual([])
    await api.call('POST', `${GROUPS}/mine/reset`, { resetAllParameters: true })
    expect((await api.call('GET', `${PARAMETERS}?source=user`)).body.parameters).toEqual([])
    expect(await api.call('GET', '/v1/engine-default-parameters?family=none')).toEqual(
      refused('InvalidParameterValue', 'must be one of'),
    )
  })

  it('are used by caches of their family only, and stay as long as they are used', async () => {
    await make()
    expect(await createCache({ cacheParameterGroupName: 'nobodys' })).toEqual(
      refused('CacheParameterGroupNotFound', 'CacheParameterGroup not found: nobodys'),
    )
    expect(await createCache({ engine: 'redis' })).toEqual(
      refused(
        'InvalidParameterCombination',
        'Expected a parameter group of family redis7 but found one of family valkey8',
      ),
    )
    expect((await createCache()).status).toBe(202)
    expect(await api.call('DELETE', `${GROUPS}/mine`)).toEqual(
      refused('InvalidCacheParameterGroupState', 'still members of this parameter group mine'),
    )
    expect(await set('databases', '32')).toEqual(
      refused('InvalidParameterValue', 'only while no cache cluster'),
    )
  })

  it('show in every cache whether their values have been taken up, and ring for those who have to', async () => {
    await make()
    await createCache()
    await settle()
    const look = async () => (await api.call('GET', '/v1/cache-clusters/orders-001')).body
    expect(await look()).toMatchObject({ cacheParameterGroup: { parameterApplyStatus: 'in-sync' } })
    const [shard] = (await ownerNamed(api.store, 'replication-group', 'orders')).nodeGroups
    const workflowId = await workflowOf(api.rows, shard?.id ?? '')
    api.rings.length = 0
    await set('timeout', '60')
    expect(api.rings).toEqual([workflowId])
    expect(await look()).toMatchObject({
      cacheParameterGroup: { cacheParameterGroupName: 'mine', parameterApplyStatus: 'applying' },
      cacheNodes: [{ parameterGroupStatus: 'applying' }],
    })
    expect((await api.call('GET', '/v1/replication-groups/orders')).body).toMatchObject({
      status: 'modifying',
    })
    const events = await api.call('GET', '/v1/events?sourceType=cache-parameter-group')
    expect(events.body.events).toEqual(
      expect.arrayContaining([expect.objectContaining({ message: 'Updated parameter timeout to 60' })]),
    )
    const nodeId = shard?.members[0]?.nodes[0]?.id ?? ''
    const told = { do: 'set-parameters', nodeId, parameterValues: { timeout: '60' } } as const
    await step(api.store, workflowId, [told], 'wait')
    expect(await look()).toMatchObject({ cacheParameterGroup: { parameterApplyStatus: 'in-sync' } })
  })
})

describe('the token of a replication group', () => {
  let api: ApiUnderTest
  beforeEach(async () => {
    api = await startApi()
  })
  afterEach(() => api.close())

  const change = (over: object) =>
    api.call('PATCH', '/v1/replication-groups/orders', { applyImmediately: true, ...over })

  it('changes at once, is never told, and shows until every node takes it', async () => {
    const [first, second] = ['CANARY-first-token', 'CANARY-second-token']
    await api.call('POST', '/v1/replication-groups', {
      replicationGroupId: 'orders',
      description: 'Orders',
      cacheNodeType: 'cache.t4g.micro',
      transitEncryptionEnabled: true,
      authToken: first,
    })
    const owner = await ownerNamed(api.store, 'replication-group', 'orders')
    await bringHome(api, owner)
    expect(await change({ authToken: second, authTokenUpdateStrategy: 'SET' })).toMatchObject({
      status: 400,
      body: { code: 'InvalidParameterCombination' },
    })
    expect(await change({ authToken: second })).toMatchObject({
      status: 202,
      body: { status: 'modifying', pendingModifiedValues: { authTokenStatus: 'ROTATING' } },
    })
    expect(await change({ authToken: second, authTokenUpdateStrategy: 'SET' })).toMatchObject({
      body: { code: 'InvalidReplicationGroupState' },
    })
    expect(await change({ authTokenUpdateStrategy: 'DELETE' })).toMatchObject({
      body: { code: 'InvalidParameterValue' },
    })
    const nodeId = owner.nodeGroups[0]?.members[0]?.nodes[0]?.id ?? ''
    const subject = await api.store.loadNode(nodeId)
    expect([subject?.authToken?.reveal(), subject?.formerAuthToken?.reveal()]).toEqual([second, first])
    const rows = JSON.stringify(await api.rows('SELECT row_to_json(g) FROM replication_group g'))
    expect(`${rows}${api.lines.join()}`).not.toContain('CANARY')
  })
})
