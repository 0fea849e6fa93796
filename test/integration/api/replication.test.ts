import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  bringHome,
  bringNodesHome,
  ownerNamed,
  PATIENT,
  startApi,
  step,
  takeDown,
  workflowOf,
  type ApiUnderTest,
} from './api-under-test.ts'

const GROUP = '/v1/replication-groups/orders'

describe('a replication group of several nodes', () => {
  let api: ApiUnderTest
  beforeEach(async () => {
    api = await startApi()
  })
  afterEach(() => api.close())

  const create = (over: object = {}) =>
    api.call('POST', '/v1/replication-groups', {
      replicationGroupId: 'orders',
      description: 'Orders',
      engine: 'valkey',
      cacheNodeType: 'cache.t4g.micro',
      numCacheClusters: 2,
      ...over,
    })
  const owner = () => ownerNamed(api.store, 'replication-group', 'orders')
  const settled = async (over: object = {}) => {
    await create(over)
    await bringHome(api, await owner())
  }
  const read = async () => (await api.call('GET', GROUP)).body
  const shardId = async () => (await owner()).nodeGroups[0]?.id ?? ''
  const shardWorkflow = async () => workflowOf(api.rows, await shardId())
  const comeHome = async () => step(api.store, await shardWorkflow(), [], 'wait')
  const SAFE = { automaticFailoverEnabled: true, multiAZEnabled: true }

  it('is shown with its endpoints, and its members with roles, zones and addresses of their own', async () => {
    await settled({ ...SAFE, preferredCacheClusterAZs: ['local-1b', 'local-1a'], port: 6379 })
    const body = await read()
    expect(body).toMatchObject({
      status: 'available',
      automaticFailover: 'enabled',
      multiAZ: 'enabled',
      memberClusters: ['orders-001', 'orders-002'],
      pendingModifiedValues: {},
      nodeGroups: [
        {
          nodeGroupId: '0001',
          status: 'available',
          primaryEndpoint: { address: '127.0.0.1', port: 6379 },
          readerEndpoint: { address: '127.0.0.1', port: expect.any(Number) },
          nodeGroupMembers: [
            { cacheClusterId: 'orders-001', currentRole: 'primary', preferredAvailabilityZone: 'local-1b' },
            { cacheClusterId: 'orders-002', currentRole: 'replica', preferredAvailabilityZone: 'local-1a' },
          ],
        },
      ],
    })
    const members = (await owner()).nodeGroups[0]?.members ?? []
    const readEndpoints = members.flatMap(({ nodes }) =>
      nodes.map(({ address, port }) => ({ address, port })),
    )
    expect(body).toMatchObject({
      nodeGroups: [{ nodeGroupMembers: readEndpoints.map((readEndpoint) => ({ readEndpoint })) }],
    })
  })

  it('is shown to clients of both kinds when its cluster mode is compatible', async () => {
    const shard = { numCacheClusters: undefined, numNodeGroups: 1, replicasPerNodeGroup: 1 }
    await settled({ ...shard, clusterMode: 'compatible' })
    expect(await read()).toMatchObject({
      status: 'available',
      clusterMode: 'compatible',
      clusterEnabled: true,
      automaticFailover: 'enabled',
      memberClusters: ['orders-001', 'orders-002'],
      configurationEndpoint: { address: '127.0.0.1', port: expect.any(Number) },
      nodeGroups: [
        {
          slots: '0-16383',
          primaryEndpoint: { address: '127.0.0.1', port: expect.any(Number) },
          readerEndpoint: { address: '127.0.0.1', port: expect.any(Number) },
          nodeGroupMembers: [{ currentRole: 'primary' }, { currentRole: 'replica' }],
        },
      ],
    })
  })

  it('is not available while its endpoint does not serve', async () => {
    await settled()
    await api.rows('UPDATE edge SET serving_at = NULL')
    expect(await read()).toMatchObject({ status: 'modifying', nodeGroups: [{ status: 'modifying' }] })
  })

  it('is refused whole when its members do not fit one another', async () => {
    const refused = await create({ numCacheClusters: 1, automaticFailoverEnabled: true })
    expect(refused).toMatchObject({
      status: 400,
      body: {
        code: 'InvalidParameterCombination',
        detail:
          'When using automatic failover, there must be at least 2 cache clusters in the replication group.',
      },
    })
    const unknown = await create({ nodeGroupConfiguration: [{ primaryOutpostArn: 'x' }] })
    expect(unknown.body).toMatchObject({
      code: 'InvalidParameterValue',
      errors: [{ path: 'nodeGroupConfiguration[0].primaryOutpostArn' }],
    })
  })

  it('takes changes of its description and switches, and is settled at once', async () => {
    await settled()
    const change = { replicationGroupDescription: 'new', ...SAFE }
    const changed = await api.call('PATCH', GROUP, change, { prefer: 'wait=20' })
    expect(changed).toMatchObject({
      status: 200,
      body: { description: 'new', automaticFailover: 'enabled', multiAZ: 'enabled', status: 'available' },
    })
    expect((await api.call('PATCH', GROUP, { automaticFailoverEnabled: false })).body).toMatchObject({
      code: 'InvalidParameterCombination',
    })
    expect((await api.call('PATCH', GROUP, { engineVersion: '8.2' })).body).toMatchObject({
      code: 'InvalidParameterCombination',
      errors: [{ path: 'engineVersion' }],
    })
    expect((await api.call('PATCH', GROUP, { nodeType: 'x' })).body).toMatchObject({
      errors: [{ path: 'nodeType', message: 'There is no parameter nodeType here.' }],
    })
    expect((await api.call('PATCH', '/v1/replication-groups/none', {})).status).toBe(404)
  })

  it('never answers or logs the token of a change that is refused', async () => {
    await settled()
    const authToken = 'a-very-secret-token-of-a-test'
    const refused = await api.call('PATCH', GROUP, { authToken, authTokenUpdateStrategy: 'ROTATE' })
    expect(refused.status).toBe(400)
    expect(refused.text + api.lines.join('')).not.toContain(authToken)
  })

  it('answers a test of failover once the group is whole again, and rings for its node group', async () => {
    await settled(SAFE)
    const asked = api.call('POST', `${GROUP}/test-failover`, { nodeGroupId: '0001' }, { prefer: 'wait=30' })
    const id = await shardWorkflow()
    await expect.poll(() => api.rings, PATIENT).toContain(id)
    expect(await read()).toMatchObject({ status: 'modifying' })
    await comeHome()
    expect(await asked).toMatchObject({ status: 200, body: { status: 'available' } })
  })

  it('refuses a test of failover of what is not there, or cannot fail over', async () => {
    await settled()
    const test = (body: object) => api.call('POST', `${GROUP}/test-failover`, body)
    expect((await test({})).body).toMatchObject({ code: 'InvalidParameterValue', status: 400 })
    expect((await test({ nodeGroupId: '0002' })).body).toMatchObject({
      code: 'NodeGroupNotFoundFault',
      status: 404,
    })
    expect((await test({ nodeGroupId: '0001' })).body).toMatchObject({ code: 'InvalidReplicationGroupState' })
  })

  it('tests failover once for one idempotency key', async () => {
    await settled(SAFE)
    const test = (key: string) =>
      api.call('POST', `${GROUP}/test-failover`, { nodeGroupId: '0001' }, { 'idempotency-key': key })
    expect((await test('k')).status).toBe(202)
    expect((await test('k')).status).toBe(202)
    expect((await test('other')).body).toMatchObject({ code: 'InvalidReplicationGroupState' })
    expect((await api.call('GET', `${GROUP}/failovers`)).body.failovers).toHaveLength(1)
  })

  it('tells every phase of its failovers, the newest first', async () => {
    await settled(SAFE)
    await api.call('POST', `${GROUP}/test-failover`, { nodeGroupId: '0001' })
    const [{ id = '' } = {}] = await api.rows<{ id: string }>('SELECT id FROM failover')
    const at = new Date('2026-01-01T00:00:00Z')
    const candidates = [{ cacheClusterId: 'orders-002', offset: 7, eligible: true, because: 'it is whole' }]
    const phases = [{ phase: 'elected' as const, at, afterMs: 5, because: 'the longest', candidates }]
    const advance = { phases, status: 'completed' as const, epoch: 2n, toCacheClusterId: 'orders-002' }
    await step(
      api.store,
      await shardWorkflow(),
      [{ do: 'advance-failover', failoverId: id, advance }],
      'wait',
    )
    await api.call('POST', `${GROUP}/test-failover`, { nodeGroupId: '0001' })
    const { status, body } = await api.call('GET', `${GROUP}/failovers`)
    expect(status).toBe(200)
    expect(body.failovers).toEqual([
      expect.objectContaining({ status: 'requested', kind: 'test', phases: [] }),
      {
        failoverId: id,
        nodeGroupId: '0001',
        epoch: 2,
        kind: 'test',
        status: 'completed',
        cause: 'Test Failover API called for node group 0001',
        fromCacheClusterId: 'orders-001',
        toCacheClusterId: 'orders-002',
        requestedAt: expect.any(String),
        endedAt: expect.any(String),
        phases: [{ phase: 'elected', at: at.toISOString(), afterMs: 5, because: 'the longest', candidates }],
      },
    ])
    expect((await api.call('GET', `${GROUP}/failovers?maxRecords=1`)).body.failovers).toHaveLength(1)
    expect((await api.call('GET', `${GROUP}/failovers?maxRecords=0`)).status).toBe(400)
    expect((await api.call('GET', '/v1/replication-groups/none/failovers')).status).toBe(404)
  })

  it('grows and shrinks, and shows a replica creating and deleting meanwhile', async () => {
    await settled()
    const more = { newReplicaCount: 2, applyImmediately: true }
    const growing = await api.call('POST', `${GROUP}/increase-replica-count`, more)
    expect(growing).toMatchObject({
      status: 202,
      body: { status: 'modifying', memberClusters: ['orders-001', 'orders-002', 'orders-003'] },
    })
    const member = async () => (await api.call('GET', '/v1/cache-clusters/orders-003')).body
    expect(await member()).toMatchObject({ cacheClusterStatus: 'creating' })
    const { nodes } = await owner()
    await bringNodesHome(api, nodes, await shardWorkflow())
    await comeHome()
    expect(await member()).toMatchObject({ cacheClusterStatus: 'available' })
    expect((await api.call('POST', `${GROUP}/increase-replica-count`, more)).body).toMatchObject({
      code: 'NoOperationFault',
    })

    const fewer = { replicasToRemove: ['Orders-003'], applyImmediately: true }
    expect((await api.call('POST', `${GROUP}/decrease-replica-count`, fewer)).status).toBe(202)
    expect(await member()).toMatchObject({ cacheClusterStatus: 'deleting' })
    expect(await read()).toMatchObject({ status: 'modifying' })
  })

  it('loses the replica that is deleted as a cache cluster, and keeps its primary', async () => {
    await settled()
    expect((await api.call('DELETE', '/v1/cache-clusters/orders-001')).body).toMatchObject({
      code: 'InvalidCacheClusterState',
    })
    const replica = (await api.store.findReplicationGroup('000000000000', 'orders'))?.nodeGroups[0]
      ?.members[1]
    const asked = api.call('DELETE', '/v1/cache-clusters/orders-002', undefined, { prefer: 'wait=30' })
    await expect.poll(async () => (await read()).status, PATIENT).toBe('modifying')
    await step(
      api.store,
      await shardWorkflow(),
      [
        { do: 'remove-node', nodeId: replica?.nodes[0]?.id ?? '' },
        { do: 'remove-member', clusterId: replica?.id ?? '' },
      ],
      'wait',
    )
    expect((await asked).status).toBe(204)
    expect(await read()).toMatchObject({ status: 'available', memberClusters: ['orders-001'] })
  })

  it('restarts the nodes that are named, and answers when they are back', async () => {
    await settled()
    const url = '/v1/cache-clusters/orders-002/reboot'
    expect((await api.call('POST', url, {})).body).toMatchObject({ code: 'InvalidParameterValue' })
    expect((await api.call('POST', url, { cacheNodeIdsToReboot: ['0009'] })).body).toMatchObject({
      code: 'InvalidParameterValue',
      errors: [{ path: 'cacheNodeIdsToReboot' }],
    })
    const asked = api.call('POST', url, { cacheNodeIdsToReboot: ['0001'] }, { prefer: 'wait=30' })
    const member = async () => (await api.call('GET', '/v1/cache-clusters/orders-002')).body
    await expect
      .poll(async () => (await member()).cacheClusterStatus, PATIENT)
      .toBe('rebooting cluster nodes')
    expect((await member()).cacheNodes).toMatchObject([{ cacheNodeStatus: 'rebooting' }])
    const { nodes } = await owner()
    const cleared = { do: 'clear-rebooting', nodeId: nodes[1]?.id ?? '' } as const
    await step(api.store, await shardWorkflow(), [cleared], 'wait')
    expect(await asked).toMatchObject({ status: 200, body: { cacheClusterStatus: 'available' } })
    expect(
      (await api.call('POST', '/v1/cache-clusters/none/reboot', { cacheNodeIdsToReboot: ['0001'] })).status,
    ).toBe(404)
  })

  it('is deleted with its node group', async () => {
    await settled()
    const asked = api.call('DELETE', GROUP, undefined, { prefer: 'wait=30' })
    await expect.poll(async () => (await read()).status, PATIENT).toBe('deleting')
    await takeDown(api, await owner())
    expect((await asked).status).toBe(204)
  })
})
