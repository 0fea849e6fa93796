import { defaultEngineVersion } from '@cacheplane/domain'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bringHome, ownerNamed, startApi, step, workflowOf, type ApiUnderTest } from './api-under-test.ts'

const VERSION = defaultEngineVersion('redis').version
const APPLY = '/v1/update-actions/apply'
const STOP = '/v1/update-actions/stop'
const ENGINES = ['engine-1', 'engine-2'] as const

describe('service updates', () => {
  let api: ApiUnderTest
  beforeEach(async () => {
    api = await startApi()
    await see('sha256:first')
    await api.call('POST', '/v1/replication-groups', {
      replicationGroupId: 'orders',
      description: 'Orders',
      engine: 'redis',
      engineVersion: VERSION,
      cacheNodeType: 'cache.t4g.micro',
      numCacheClusters: 2,
    })
    await bringHome(api, await owner())
    await made('sha256:first')
  })
  afterEach(() => api.close())

  const owner = () => ownerNamed(api.store, 'replication-group', 'orders')
  /** A worker looks at an engine's images, as in its patrol. */
  const see = (imageId: string, engineId: string = ENGINES[0]) =>
    api.store.recordImages(engineId, { images: [{ engine: 'redis', version: VERSION, imageId }], nodes: [] })
  /** And at what the nodes there were made of. */
  const made = async (imageId: string, which: readonly number[] = [0, 1]) => {
    const { nodes } = await owner()
    const seen = which
      .flatMap((i) => nodes[i] ?? [])
      .map(({ id, incarnation }) => ({ nodeId: id, incarnation, imageId }))
    await api.store.recordImages(ENGINES[0], { images: [], nodes: seen })
  }
  const updates = async (query = '') => {
    const { body } = await api.call('GET', `/v1/service-updates${query}`)
    return body.serviceUpdates as unknown as { serviceUpdateName: string; serviceUpdateStatus: string }[]
  }
  const actions = async (query = '') => {
    const { body } = await api.call('GET', `/v1/update-actions${query}`)
    return body.updateActions as unknown as Record<string, unknown>[]
  }
  const released = async () => {
    await see('sha256:second')
    return (await updates())[0]?.serviceUpdateName ?? ''
  }

  /** What the node group does once it has replaced all nodes that it was to. */
  const finish = async () => {
    const [shard] = (await owner()).nodeGroups
    const [{ id: actionId = '' } = {}] = await api.rows<{ id: string }>('SELECT id FROM update_action')
    await step(
      api.store,
      await workflowOf(api.rows, shard?.id ?? ''),
      [{ do: 'finish-update', actionId }],
      'wait',
    )
  }

  it('are released by an image that has become another, once for all engines, and never by the first', async () => {
    expect(await updates()).toEqual([])
    const name = await released()
    expect(name).toMatch(/^elc-\d{8}-001$/)
    await see('sha256:second')
    expect(await updates()).toMatchObject([
      { serviceUpdateName: name, serviceUpdateStatus: 'available', engine: 'redis', engineVersion: VERSION },
    ])
    await api.store.recordSurvey([
      {
        engineId: ENGINES[1],
        zones: ['far-1a'],
        address: '10.0.0.2',
        reachable: true,
        cpus: 2,
        memoryBytes: 2 ** 34,
      },
    ])
    await see('sha256:first-there', ENGINES[1])
    await see('sha256:second-there', ENGINES[1])
    expect(await updates()).toHaveLength(1)
    await see('sha256:third')
    const now = await updates()
    expect(now.map((one) => one.serviceUpdateStatus)).toEqual(['available', 'expired'])
    expect(await updates('?serviceUpdateStatus=expired')).toMatchObject([{ serviceUpdateName: name }])
  })

  it('are told of per group, and per node when that is asked', async () => {
    const name = await released()
    expect(await actions()).toMatchObject([
      {
        replicationGroupId: 'orders',
        serviceUpdateName: name,
        updateActionStatus: 'not-applied',
        nodesUpdated: '0/2',
        slaMet: 'n/a',
      },
    ])
    await made('sha256:second', [1])
    const query = `?replicationGroupIds=orders&replicationGroupIds=others&showNodeLevelUpdateStatus=true`
    const member = (n: number, nodeUpdateStatus: string) => ({
      cacheClusterId: `orders-00${n}`,
      cacheNodeId: '0001',
      nodeUpdateStatus,
    })
    expect(await actions(query)).toMatchObject([
      {
        nodesUpdated: '1/2',
        nodeGroupUpdateStatus: [
          {
            nodeGroupId: '0001',
            nodeGroupMemberUpdateStatus: [member(1, 'not-applied'), member(2, 'complete')],
          },
        ],
      },
    ])
    expect(await actions('?replicationGroupIds=others')).toEqual([])
    expect(await actions('?updateActionStatus=complete')).toEqual([])
    const events = await api.rows<{ message: string }>('SELECT message FROM event WHERE because = $1', [name])
    expect(events).toEqual(
      [1, 2].map(() => ({ message: 'Service update is available for cache node 0001.' })),
    )
  })

  it('are begun and stopped for each resource by itself, and end when every node has them', async () => {
    const serviceUpdateName = await released()
    const asked = { serviceUpdateName, replicationGroupIds: ['Orders', 'none', 'no--name'] }
    expect((await api.call('POST', APPLY, asked)).body).toEqual({
      processedUpdateActions: [
        { replicationGroupId: 'orders', serviceUpdateName, updateActionStatus: 'waiting-to-start' },
      ],
      unprocessedUpdateActions: ['none', 'no--name'].map((replicationGroupId) => ({
        replicationGroupId,
        serviceUpdateName,
        errorType: 'ReplicationGroupNotFoundFault',
        errorMessage: expect.stringMatching(/not found|no replication group/) as unknown,
      })),
    })
    expect((await api.call('GET', '/v1/replication-groups/orders')).body).toMatchObject({
      status: 'modifying',
    })
    const again = await api.call('POST', APPLY, { serviceUpdateName, replicationGroupIds: ['orders'] })
    expect(again.body).toMatchObject({
      processedUpdateActions: [],
      unprocessedUpdateActions: [{ errorType: 'InvalidReplicationGroupState' }],
    })
    const stop = await api.call('POST', STOP, { serviceUpdateName, replicationGroupIds: ['orders'] })
    expect(stop.body).toMatchObject({ processedUpdateActions: [{ updateActionStatus: 'stopping' }] })
    await finish()
    expect(await actions()).toMatchObject([{ updateActionStatus: 'stopped', nodesUpdated: '0/2' }])
    await made('sha256:second')
    expect(await actions()).toMatchObject([
      { updateActionStatus: 'complete', nodesUpdated: '2/2', slaMet: 'yes' },
    ])
    const late = await api.call('POST', APPLY, { serviceUpdateName, replicationGroupIds: ['orders'] })
    expect(late.body).toMatchObject({
      unprocessedUpdateActions: [
        {
          errorType: 'InvalidParameterCombination',
          errorMessage: expect.stringContaining('already') as unknown,
        },
      ],
    })
  })

  it('do not end while a node lacks them', async () => {
    const serviceUpdateName = await released()
    await api.call('POST', APPLY, { serviceUpdateName, replicationGroupIds: ['orders'] })
    await made('sha256:second', [0])
    await finish()
    expect(await actions()).toMatchObject([{ updateActionStatus: 'waiting-to-start', nodesUpdated: '1/2' }])
    await made('sha256:second')
    await finish()
    expect(await actions()).toMatchObject([{ updateActionStatus: 'complete' }])
  })

  it('are refused with a reason where nothing could be done', async () => {
    const serviceUpdateName = await released()
    await api.call('POST', '/v1/cache-clusters', {
      cacheClusterId: 'alone',
      engine: 'redis',
      engineVersion: VERSION,
      cacheNodeType: 'cache.t4g.micro',
      numCacheNodes: 1,
    })
    await bringHome(api, await ownerNamed(api.store, 'cache-cluster', 'alone'))
    const body = { serviceUpdateName, cacheClusterIds: ['alone', 'orders-001'] }
    const { unprocessedUpdateActions } = (await api.call('POST', APPLY, body)).body
    expect(unprocessedUpdateActions).toMatchObject([
      { cacheClusterId: 'alone', errorMessage: expect.stringContaining('stands alone') as unknown },
      { cacheClusterId: 'orders-001', errorMessage: expect.stringContaining('member of') as unknown },
    ])
    const code = async (change: object, url = APPLY) =>
      (await api.call('POST', url, change)).body.code as unknown
    expect(await code({ replicationGroupIds: ['orders'] })).toBe('InvalidParameterValue')
    expect(await code({ serviceUpdateName })).toBe('InvalidParameterValue')
    expect(await code({ serviceUpdateName: 'elc-19990101-001', replicationGroupIds: ['orders'] })).toBe(
      'ServiceUpdateNotFoundFault',
    )
    const many = Array.from({ length: 21 }, (_, i) => `g${i}`)
    expect(await code({ serviceUpdateName, replicationGroupIds: many })).toBe('InvalidParameterValue')
    expect((await api.call('GET', '/v1/service-updates?serviceUpdateName=none')).status).toBe(404)
    await see('sha256:third')
    const expired = await api.call('POST', APPLY, { serviceUpdateName, replicationGroupIds: ['orders'] })
    expect(expired.body).toMatchObject({
      unprocessedUpdateActions: [{ errorMessage: expect.stringContaining('has expired') as unknown }],
    })
  })
})
