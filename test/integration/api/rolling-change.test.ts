import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bringHome, ownerNamed, startApi, step, workflowOf, type ApiUnderTest } from './api-under-test.ts'

const GROUP = '/v1/replication-groups/orders'
const CHOICE = {
  engine: 'redis',
  engineVersion: '7.0',
  cacheNodeType: 'cache.t4g.small',
  transitEncryptionMode: null,
} as const

describe('a change of engine, version or node type', () => {
  let api: ApiUnderTest
  beforeEach(async () => {
    api = await startApi()
    await api.call('POST', '/v1/replication-groups', {
      replicationGroupId: 'orders',
      description: 'Orders',
      engine: 'redis',
      engineVersion: '7.0',
      cacheNodeType: 'cache.t4g.micro',
      numCacheClusters: 2,
    })
    await bringHome(api, await owner())
  })
  afterEach(() => api.close())

  const owner = () => ownerNamed(api.store, 'replication-group', 'orders')
  const read = async () => (await api.call('GET', GROUP)).body
  const shard = async () => workflowOf(api.rows, (await owner()).nodeGroups[0]?.id ?? '')
  const events = async () =>
    (await api.rows<{ message: string }>('SELECT message FROM event ORDER BY id')).map((one) => one.message)

  it('waits for the maintenance window unless it is for now, and is taken back by asking for what there is', async () => {
    const later = await api.call('PATCH', GROUP, { engineVersion: '8.0', cacheNodeType: 'cache.t4g.small' })
    const pendingModifiedValues = { engineVersion: '8.0', cacheNodeType: 'cache.t4g.small' }
    expect(later.body).toMatchObject({
      status: 'available',
      pendingModifiedValues,
      cacheNodeType: 'cache.t4g.micro',
    })
    const member = await api.call('GET', '/v1/cache-clusters/orders-002')
    expect(member.body).toMatchObject({ cacheClusterStatus: 'available', pendingModifiedValues })
    const back = { engineVersion: '7.0', cacheNodeType: 'cache.t4g.micro' }
    expect((await api.call('PATCH', GROUP, back)).body).toMatchObject({
      status: 'available',
      pendingModifiedValues: {},
    })
  })

  it('begins at once when it is for now, with what waits, and no other change goes between', async () => {
    await api.call('PATCH', GROUP, { engineVersion: '8.0' })
    const now = await api.call('PATCH', GROUP, { cacheNodeType: 'cache.t4g.small', applyImmediately: true })
    expect(now).toMatchObject({
      status: 202,
      body: {
        status: 'modifying',
        pendingModifiedValues: { engineVersion: '8.0', cacheNodeType: 'cache.t4g.small' },
      },
    })
    expect((await api.call('PATCH', GROUP, { description: 'x' })).body).toMatchObject({
      code: 'InvalidReplicationGroupState',
    })
  })

  it('shows a member once while its successor is made, and takes its place when it is gone', async () => {
    await api.call('PATCH', GROUP, { cacheNodeType: 'cache.t4g.small', applyImmediately: true })
    const replica = (await owner()).nodes[1]
    const successorId = 'node-bbbbbbbbbbbbbbbb'
    await step(api.store, await shard(), [
      { do: 'add-successor', nodeId: replica?.id ?? '', successorId, choice: CHOICE },
    ])
    const [before] = await api.rows<{ port: number }>('SELECT port FROM cache_node WHERE id = $1', [
      replica?.id,
    ])
    const shown = async () =>
      (await api.call('GET', '/v1/cache-clusters/orders-002')).body as unknown as {
        numCacheNodes: number
        cacheNodes: { endpoint?: { port: number } }[]
      }
    expect(await shown()).toMatchObject({
      cacheClusterStatus: 'modifying',
      numCacheNodes: 1,
      cacheNodes: [{ cacheNodeId: '0001', endpoint: { port: before?.port } }],
      cacheNodeType: 'cache.t4g.micro',
    })
    await step(api.store, await shard(), [{ do: 'set-leaving', nodeId: replica?.id ?? '' }])
    await step(api.store, await shard(), [{ do: 'remove-node', nodeId: replica?.id ?? '' }])
    expect(await shown()).toMatchObject({
      numCacheNodes: 1,
      cacheNodes: [{ cacheNodeId: '0001' }],
      cacheNodeType: 'cache.t4g.small',
    })
    expect(
      await api.rows('SELECT id, replaces, engine FROM cache_node WHERE id = $1', [successorId]),
    ).toEqual([{ id: successorId, replaces: null, engine: null }])
  })

  it('is over only when every member is so, and says that it stopped, and why', async () => {
    const { id } = await owner()
    await api.call('PATCH', GROUP, { cacheNodeType: 'cache.t4g.small', applyImmediately: true })
    await step(api.store, await shard(), [{ do: 'finish-rolling', groupId: id, wanted: CHOICE }])
    expect(await read()).toMatchObject({ pendingModifiedValues: { cacheNodeType: 'cache.t4g.small' } })
    await api.rows("DELETE FROM signal WHERE name = 'converge'")
    await step(
      api.store,
      await shard(),
      [{ do: 'stop-rolling', groupId: id, because: 'there is no image' }],
      'wait',
    )
    expect(await read()).toMatchObject({
      status: 'available',
      statusReason: expect.stringContaining('there is no image') as unknown,
      pendingModifiedValues: { cacheNodeType: 'cache.t4g.small' },
    })
    expect((await events()).at(-1)).toBe(
      'Failed applying modification to cache node type to cache.t4g.small.',
    )
    await api.call('PATCH', GROUP, { cacheNodeType: 'cache.t4g.small', applyImmediately: true })
    await api.rows("UPDATE cache_cluster SET cache_node_type = 'cache.t4g.small'")
    await step(api.store, await shard(), [{ do: 'finish-rolling', groupId: id, wanted: CHOICE }])
    expect(await read()).toMatchObject({ pendingModifiedValues: {}, cacheNodeType: 'cache.t4g.small' })
    expect((await events()).at(-1)).toBe(
      'Succeeded applying modification to cache node type to cache.t4g.small.',
    )
  })

  it('is refused with ElastiCache’s codes, and leaves nothing pending', async () => {
    const code = async (change: object) => {
      const { body } = await api.call('PATCH', GROUP, { ...change, applyImmediately: true })
      return (body as unknown as { code: string }).code
    }
    expect(await code({ engineVersion: '6.0' })).toBe('InvalidParameterCombination')
    expect(await code({ engine: 'memcached' })).toBe('InvalidParameterValue')
    expect(await code({ cacheNodeType: 'cache.none' })).toBe('InvalidParameterValue')
    expect(await code({ cacheNodeType: 'cache.r6gd.xlarge' })).toBe('InvalidParameterCombination')
    expect(await code({ cacheNodeType: 'cache.r7g.2xlarge' })).toBe('InsufficientCacheClusterCapacity')
    expect(await code({ cacheNodeType: 'cache.t4g.small', primaryClusterId: 'orders-002' })).toBe(
      'InvalidParameterCombination',
    )
    expect(await read()).toMatchObject({ status: 'available', pendingModifiedValues: {} })
  })

  it('may be to these node types', async () => {
    const { body } = await api.call('GET', `${GROUP}/allowed-node-type-modifications`)
    const { scaleUpModifications: up, scaleDownModifications: down } = body as Record<string, string[]>
    expect(up).toContain('cache.t4g.small')
    expect(up).not.toContain('cache.t4g.micro')
    expect(down).toEqual([])
    expect(
      (await api.call('GET', '/v1/replication-groups/none/allowed-node-type-modifications')).status,
    ).toBe(404)
  })
})
