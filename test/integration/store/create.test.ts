import { ServiceError, type Accepted } from '@cacheplane/domain'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  ACCOUNT,
  aClusterPlan,
  aGroupPlan,
  aReport,
  openTestStore,
  type TestStore,
} from '../../support/stores.ts'

const GIB = 1024 ** 3
/** One edge: a control port, and two for each of 16 slots. */
const EDGE_PORTS = 33
const count = async (
  test: TestStore,
  table: 'replication_group' | 'cache_node' | 'edge' | 'workflow' | 'port_allocation',
) => (await test.rows<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`))[0]?.n

const codeOf = (error: unknown) =>
  error instanceof ServiceError ? error.code : `not expected: ${String(error)}`
/** The code of a refusal, or `accepted`. */
const outcome = (promise: Promise<Accepted>) => promise.then(() => 'accepted', codeOf)
const tally = (outcomes: string[]) =>
  Object.fromEntries(
    [...new Set(outcomes)].map((each) => [each, outcomes.filter((one) => one === each).length]),
  )

describe('creating', () => {
  let test: TestStore
  beforeEach(async () => {
    test = await openTestStore()
  })
  afterEach(() => test.close())

  it('makes one group of twenty simultaneous requests with one idempotency key', async () => {
    const other = test.open()
    const plan = aGroupPlan({ idempotency: { key: 'k', fingerprint: 'f' } })
    const accepted = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? test.store : other).createReplicationGroup(plan)),
    )
    expect(new Set(accepted.map((one) => one.resourceId)).size).toBe(1)
    expect(accepted.filter((one) => !one.replayed)).toHaveLength(1)
    expect(await count(test, 'replication_group')).toBe(1)
    expect(await count(test, 'workflow')).toBe(2)
    expect(await count(test, 'edge')).toBe(1)
  })

  it('refuses an idempotency key that was used with another request', async () => {
    await test.store.createReplicationGroup(aGroupPlan({ idempotency: { key: 'k', fingerprint: 'f' } }))
    const other = aGroupPlan({ replicationGroupId: 'other', idempotency: { key: 'k', fingerprint: 'g' } })
    expect(await outcome(test.store.createReplicationGroup(other))).toBe('IdempotencyKeyReuse')
  })

  it('gives a name once, however many want it at once', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => outcome(test.store.createReplicationGroup(aGroupPlan()))),
    )
    expect(tally(outcomes)).toEqual({ accepted: 1, ReplicationGroupAlreadyExists: 9 })
  })

  it('keeps the names of members and of cache clusters apart, whoever comes first', async () => {
    const member = aClusterPlan({ cacheClusterId: 'sessions-001' })
    const outcomes = await Promise.all([
      outcome(test.store.createReplicationGroup(aGroupPlan())),
      outcome(test.store.createCacheCluster(member)),
    ])
    expect(tally(outcomes)).toEqual({ accepted: 1, CacheClusterAlreadyExists: 1 })
    await test.store.createReplicationGroup(aGroupPlan({ replicationGroupId: 'other' }))
    const taken = test.store.createCacheCluster(aClusterPlan({ cacheClusterId: 'other-001' }))
    await expect(taken).rejects.toThrow('Cache cluster other-001 already exists.')
    const elsewhere = aClusterPlan({ accountId: '111111111111', cacheClusterId: 'other-001' })
    expect(await outcome(test.store.createCacheCluster(elsewhere))).toBe('accepted')
  })

  it('never promises an engine more memory than it has, and leaves nothing of what it refuses', async () => {
    await test.store.recordSurvey([aReport({ memoryBytes: 4 * GIB })])
    const plans = Array.from({ length: 12 }, (_, i) => aGroupPlan({ replicationGroupId: `g-${i}` }))
    const outcomes = await Promise.all(plans.map((plan) => outcome(test.store.createReplicationGroup(plan))))
    const [used] = await test.rows<{ bytes: number; n: number }>(
      'SELECT sum(memory_bytes)::float8 AS bytes, count(*)::int AS n FROM cache_node',
    )
    expect(used?.bytes).toBeLessThanOrEqual(3 * GIB)
    expect(tally(outcomes)).toEqual({
      accepted: used?.n,
      InsufficientCacheClusterCapacity: 12 - (used?.n ?? 0),
    })
    expect(used?.n).toBeGreaterThan(3)
    expect(await count(test, 'replication_group')).toBe(used?.n)
    expect(await count(test, 'port_allocation')).toBe((used?.n ?? 0) + EDGE_PORTS)
  })

  it('puts nothing on an engine that is out of reach or out of the configuration', async () => {
    const second = aReport({ engineId: 'engine-2', zones: ['far-1a'], reachable: false })
    await test.store.recordSurvey([aReport(), second])
    const there = aGroupPlan({ zones: ['far-1a'] })
    expect(await outcome(test.store.createReplicationGroup(there))).toBe('InsufficientCacheClusterCapacity')
    await test.store.recordSurvey([{ ...second, reachable: true }])
    expect(await outcome(test.store.createReplicationGroup(there))).toBe('accepted')
    const zoneIsGone = aGroupPlan({ replicationGroupId: 'late', zones: ['local-1a'] })
    expect(await outcome(test.store.createReplicationGroup(zoneIsGone))).toBe('InvalidParameterValue')
    await test.store.recordSurvey([aReport()])
    const full = aGroupPlan({ replicationGroupId: 'late', zones: ['far-1a'] })
    expect(await outcome(test.store.createReplicationGroup(full))).toBe('InsufficientCacheClusterCapacity')
  })

  it('gives a wished port once on each engine', async () => {
    const plans = Array.from({ length: 5 }, (_, i) =>
      aGroupPlan({ replicationGroupId: `g-${i}`, port: 6379 }),
    )
    const outcomes = await Promise.all(plans.map((plan) => outcome(test.store.createReplicationGroup(plan))))
    expect(tally(outcomes)).toEqual({ accepted: 1, InvalidParameterValue: 4 })
  })

  it('stops at the quota of nodes', async () => {
    await test.store.createCacheCluster(aClusterPlan({ zones: Array.from({ length: 40 }, () => null) }))
    await test.rows(`
      INSERT INTO cache_node (id, cluster_id, cache_node_id, zone, engine_id, ip, port, memory_bytes)
      SELECT 'node-' || i, c.id, (1000 + i)::text, 'local-1a', 'engine-1', '10.0.0.0', 1, 0 FROM cache_cluster c, generate_series(1, 259) i`)
    const two = aClusterPlan({ cacheClusterId: 'two', zones: [null, null] })
    expect(await outcome(test.store.createCacheCluster(two))).toBe('NodeQuotaForCustomerExceeded')
    expect(await outcome(test.store.createReplicationGroup(aGroupPlan()))).toBe('accepted')
    expect(await outcome(test.store.createReplicationGroup(aGroupPlan({ replicationGroupId: 'more' })))).toBe(
      'NodeQuotaForCustomerExceeded',
    )
  })

  it('shows what was created at once, with every address settled and zones spread', async () => {
    await test.store.createReplicationGroup(aGroupPlan())
    await test.store.createCacheCluster(aClusterPlan({ azMode: 'cross-az', zones: [null, null, null] }))
    const group = await test.store.findReplicationGroup(ACCOUNT, 'sessions')
    expect(group).toMatchObject({
      replicationGroupId: 'sessions',
      createdAt: expect.any(Date),
      workflow: { step: 'start', signals: [], firstHomeAt: null },
      nodeGroups: [
        { nodeGroupId: '0001', epoch: 1n, members: [{ cacheClusterId: 'sessions-001', numCacheNodes: 1 }] },
      ],
    })
    const cluster = await test.store.findCacheCluster(ACCOUNT, 'pages')
    expect(cluster?.nodes.map((node) => node.cacheNodeId)).toEqual(['0001', '0002', '0003'])
    expect(new Set(cluster?.nodes.map((node) => node.zone))).toEqual(
      new Set(['local-1a', 'local-1b', 'local-1c']),
    )
    expect(new Set(cluster?.nodes.map((node) => node.port)).size).toBe(3)
    expect(cluster).toMatchObject({
      preferredAvailabilityZone: null,
      replicationGroupId: null,
      numCacheNodes: 3,
    })
    const ids = async (standaloneOnly: boolean) =>
      (await test.store.listCacheClusters(ACCOUNT, { limit: 10, standaloneOnly })).map(
        (one) => one.cacheClusterId,
      )
    expect(await ids(false)).toEqual(['pages', 'sessions-001'])
    expect(await ids(true)).toEqual(['pages'])
    expect(await test.store.findReplicationGroup('111111111111', 'sessions')).toBeNull()
  })
})
