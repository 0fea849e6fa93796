import { ServiceError, type Accepted, type ReplicationGroup } from '@cacheplane/domain'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bringHome, bringNodesHome, ownerNamed, step, workflowOf } from '../../support/bring-home.ts'
import {
  ACCOUNT,
  aClusterPlan,
  aGroupPlan,
  aReport,
  openTestStore,
  type TestStore,
} from '../../support/stores.ts'

const codeOf = (error: unknown) => (error instanceof ServiceError ? error.code : String(error))
const outcome = (promise: Promise<Accepted>) => promise.then(() => 'accepted', codeOf)
const key = (name: string) => ({ key: name, fingerprint: name })

describe('a change of a group', () => {
  let test: TestStore
  beforeEach(async () => {
    test = await openTestStore('simulation')
  })
  afterEach(() => test.close())

  const settledGroup = async (nodes: number, over: object = {}) => {
    await test.store.createReplicationGroup(
      aGroupPlan({ zones: Array.from({ length: nodes }, () => null), ...over }),
    )
    await bringHome(test, await ownerNamed(test.store, 'replication-group', 'sessions'))
    return group()
  }
  const group = async (): Promise<ReplicationGroup> => {
    const found = await test.store.findReplicationGroup(ACCOUNT, 'sessions')
    if (found === null) throw new Error('there is no group')
    return found
  }
  const shardOf = ({ nodeGroups: [shard] }: ReplicationGroup) => {
    if (shard === undefined) throw new Error('a group has a node group')
    return shard
  }
  const messages = async () =>
    (
      await test.store.listEvents(ACCOUNT, {
        from: new Date(0),
        to: new Date('2100-01-01T00:00:00Z'),
        limit: 20,
      })
    ).map((event) => event.message)
  /** What the node group's workflow does about a signal, without doing it. */
  const comeHome = async () =>
    step(test.store, await workflowOf(test.rows, shardOf(await group()).id), [], 'wait')

  it('of its description and switches takes effect at once, and the switches are told', async () => {
    await settledGroup(2)
    const change = { description: 'new', automaticFailoverEnabled: true, multiAZEnabled: true }
    await test.store.modifyReplicationGroup(ACCOUNT, 'sessions', {
      ...change,
      preferredMaintenanceWindow: 'mon:05:00-mon:06:00',
    })
    const changed = await group()
    expect(changed).toMatchObject({ ...change, preferredMaintenanceWindow: 'mon:05:00-mon:06:00' })
    expect(shardOf(changed).members[0]?.preferredMaintenanceWindow).toBe('mon:05:00-mon:06:00')
    expect(shardOf(changed).workflow.signals).toEqual([])
    expect(await messages()).toEqual([
      'Multi-AZ has been turned on for replication group sessions',
      'Automatic failover has been turned on for replication group sessions',
    ])
  })

  it('of its primary is left to the node group’s workflow', async () => {
    const shard = shardOf(await settledGroup(2))
    const accepted = await test.store.modifyReplicationGroup(ACCOUNT, 'sessions', {
      primaryClusterId: 'sessions-002',
    })
    expect(accepted.workflowId).toBe(await workflowOf(test.rows, shard.id))
    expect(shardOf(await group()).workflow.signals).toEqual(['failover'])
    expect((await test.store.loadNodeGroup(shard.id))?.failover).toMatchObject({
      nodeGroupId: '0001',
      epoch: null,
      kind: 'switch',
      status: 'requested',
      fromCacheClusterId: 'sessions-001',
      toCacheClusterId: 'sessions-002',
      phases: [],
    })
  })

  it('is refused until the group is available, and when there is no such group', async () => {
    await test.store.createReplicationGroup(aGroupPlan())
    const change = { description: 'new' }
    await expect(test.store.modifyReplicationGroup(ACCOUNT, 'sessions', change)).rejects.toMatchObject({
      code: 'InvalidReplicationGroupState',
      message: expect.stringContaining('Replication group must be in available state to modify.'),
    })
    expect(await outcome(test.store.modifyReplicationGroup(ACCOUNT, 'other', change))).toBe(
      'ReplicationGroupNotFoundFault',
    )
  })

  it('lets one of two tests of failover win that are asked for at once', async () => {
    await settledGroup(2, { automaticFailoverEnabled: true })
    const other = test.open()
    const outcomes = await Promise.all(
      [test.store, other, test.store, other].map((store) =>
        outcome(store.testFailover(ACCOUNT, 'sessions', '0001')),
      ),
    )
    expect(outcomes.sort()).toEqual([
      'InvalidReplicationGroupState',
      'InvalidReplicationGroupState',
      'InvalidReplicationGroupState',
      'accepted',
    ])
    expect(await messages()).toEqual(['Test Failover API called for node group 0001'])
    // Even when the workflow has read the signal and has not begun yet.
    await comeHome()
    expect(await outcome(test.store.testFailover(ACCOUNT, 'sessions', '0001'))).toBe(
      'InvalidReplicationGroupState',
    )
    expect(await test.store.listFailovers(ACCOUNT, 'sessions', 10)).toHaveLength(1)
  })

  it('tests failover fifteen times a day and no more, and lists the newest first', async () => {
    await settledGroup(2, { automaticFailoverEnabled: true })
    const ask = async () => {
      const result = await outcome(test.store.testFailover(ACCOUNT, 'sessions', '0001'))
      await test.rows(`UPDATE failover SET status = 'completed', ended_at = clock_now()`)
      await comeHome()
      await test.pass(1_000)
      return result
    }
    for (let i = 0; i < 15; i++) expect(await ask()).toBe('accepted')
    expect(await ask()).toBe('APICallRateForCustomerExceeded')
    const failovers = (await test.store.listFailovers(ACCOUNT, 'sessions', 10)) ?? []
    expect(failovers).toHaveLength(10)
    const dates = failovers.map((failover) => failover.requestedAt.getTime())
    expect(dates).toEqual([...dates].sort((a, b) => b - a))
    await test.pass(24 * 3_600_000)
    expect(await ask()).toBe('accepted')
    expect(await test.store.listFailovers(ACCOUNT, 'other', 10)).toBeNull()
  })

  it('adds replicas in the zones that have fewest, on networks that reach them', async () => {
    const second = aReport({ engineId: 'engine-2', zones: ['local-2a'] })
    await test.store.recordSurvey([aReport({ zones: ['local-1a'] }), second])
    await settledGroup(1, { zones: ['local-1a'] })
    await test.store.increaseReplicaCount(ACCOUNT, 'sessions', [
      { nodeGroupId: null, newReplicaCount: 2, zones: null },
    ])
    const shard = shardOf(await group())
    expect(shard.members.map((member) => member.cacheClusterId)).toEqual([
      'sessions-001',
      'sessions-002',
      'sessions-003',
    ])
    expect(shard.members.map((member) => member.preferredAvailabilityZone).sort()).toEqual([
      'local-1a',
      'local-1a',
      'local-2a',
    ])
    expect(shard.workflow.signals).toEqual(['converge'])
    const subject = await test.store.loadNodeGroup(shard.id)
    expect(subject?.engineIds.sort()).toEqual(['engine-1', 'engine-2'])
    expect(subject?.nodes.map(({ cluster }) => cluster.cacheClusterId)).toEqual(
      shard.members.map((member) => member.cacheClusterId),
    )
    expect(subject?.nodes.every((one) => one.nodeGroupId === shard.id && !one.portIsFixed)).toBe(true)
  })

  it('adds no replica that capacity, quota or a name do not allow', async () => {
    await settledGroup(1)
    await test.store.createCacheCluster(aClusterPlan({ cacheClusterId: 'sessions-002' }))
    const wish = [{ nodeGroupId: null, newReplicaCount: 1, zones: null }]
    await test.store.recordSurvey([aReport({ memoryBytes: 1 })])
    expect(await outcome(test.store.increaseReplicaCount(ACCOUNT, 'sessions', wish))).toBe(
      'InsufficientCacheClusterCapacity',
    )
    await test.store.recordSurvey([aReport()])
    expect(await outcome(test.store.increaseReplicaCount(ACCOUNT, 'sessions', wish))).toBe('accepted')
    expect(shardOf(await group()).members.map((one) => one.cacheClusterId)).toEqual([
      'sessions-001',
      'sessions-003',
    ])
    const { id, members } = shardOf(await group())
    await bringNodesHome(
      test,
      members.flatMap((member) => member.nodes),
      await workflowOf(test.rows, id),
    )
    await comeHome()
    expect(await outcome(test.store.increaseReplicaCount(ACCOUNT, 'sessions', wish))).toBe('NoOperationFault')
  })

  it('removes replicas by marking them, and never the primary', async () => {
    await settledGroup(3)
    await test.store.decreaseReplicaCount(ACCOUNT, 'sessions', {
      shards: [],
      replicasToRemove: ['sessions-002'],
    })
    const shard = shardOf(await group())
    expect(shard.workflow.signals).toEqual(['converge'])
    const leaving = shard.members.map((member) => member.nodes.map((node) => node.leaving))
    expect(leaving).toEqual([[false], [true], [false]])
  })

  it('removes the replica that is deleted as a cache cluster, and neither primary nor last one', async () => {
    await settledGroup(2, { automaticFailoverEnabled: true })
    const remove = (name: string) => test.store.deleteCacheCluster(ACCOUNT, name)
    await expect(remove('sessions-001')).rejects.toThrow(
      'Cache cluster sessions-001 is serving as primary for replication group sessions and cannot be deleted.',
    )
    await expect(remove('sessions-002')).rejects.toThrow(
      'it is the only read replica for replication group sessions which has autofailover enabled',
    )
    await test.store.modifyReplicationGroup(ACCOUNT, 'sessions', { automaticFailoverEnabled: false })
    expect(await outcome(remove('sessions-002'))).toBe('accepted')
    expect(await outcome(remove('sessions-002'))).toBe('InvalidCacheClusterState')
    expect(shardOf(await group()).members[1]?.nodes[0]?.leaving).toBe(true)
  })

  it('restarts a member through its node group, and a cluster of its own through its nodes', async () => {
    const shard = shardOf(await settledGroup(2))
    const accepted = await test.store.rebootCacheCluster(ACCOUNT, 'sessions-001', ['0001'])
    expect(accepted.workflowId).toBe(await workflowOf(test.rows, shard.id))
    expect(shardOf(await group()).workflow.signals).toEqual(['converge'])
    expect(shardOf(await group()).members[0]?.nodes[0]?.rebooting).toBe(true)
    expect(await outcome(test.store.rebootCacheCluster(ACCOUNT, 'sessions-002', ['0001']))).toBe(
      'InvalidCacheClusterState',
    )

    await test.store.createCacheCluster(aClusterPlan({ zones: [null, null] }))
    expect(await outcome(test.store.rebootCacheCluster(ACCOUNT, 'pages', ['0001']))).toBe(
      'InvalidCacheClusterState',
    )
    await bringHome(test, await ownerNamed(test.store, 'cache-cluster', 'pages'))
    expect(await outcome(test.store.rebootCacheCluster(ACCOUNT, 'pages', ['0003']))).toBe(
      'InvalidParameterValue',
    )
    await test.store.rebootCacheCluster(ACCOUNT, 'pages', ['0002'])
    const nodes = (await test.store.findCacheCluster(ACCOUNT, 'pages'))?.nodes ?? []
    expect(nodes.map((node) => [node.rebooting, node.workflow.signals])).toEqual([
      [false, []],
      [true, ['replace']],
    ])
  })

  it('is made once for an idempotency key, which fits no other request', async () => {
    await settledGroup(2, { automaticFailoverEnabled: true })
    const first = await test.store.testFailover(ACCOUNT, 'sessions', '0001', key('k'))
    const again = await Promise.all(
      Array.from({ length: 4 }, () => test.store.testFailover(ACCOUNT, 'sessions', '0001', key('k'))),
    )
    expect(again).toEqual(Array.from({ length: 4 }, () => ({ ...first, replayed: true })))
    expect(await test.store.listFailovers(ACCOUNT, 'sessions', 10)).toHaveLength(1)
    const other = { key: 'k', fingerprint: 'other' }
    expect(await outcome(test.store.testFailover(ACCOUNT, 'sessions', '0001', other))).toBe(
      'IdempotencyKeyReuse',
    )
  })
})
