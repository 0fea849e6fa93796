import { describe, expect, it } from 'vitest'
import { aNodeGroupIn, aReplicationGroup } from '../../../../test/support/builders.ts'
import type { GroupChange } from '../ports/store.ts'
import type { ReplicationGroup } from '../resources.ts'
import { Secret } from '../secret.ts'
import { planGroupChange, planTestFailover } from './plan-group-change.ts'

const groupIn = (zones: string[], over: Partial<ReplicationGroup> = {}): ReplicationGroup =>
  aReplicationGroup({ nodeGroups: [aNodeGroupIn(...zones)], ...over })
const TWO = ['a', 'b']
const SAFE = { automaticFailoverEnabled: true, multiAZEnabled: true }

describe('a change of a replication group', () => {
  it('leaves as it is what it does not name', () => {
    const group = groupIn(TWO, SAFE)
    const { set, promotion } = planGroupChange(group, { description: 'new' })
    expect(set).toMatchObject({ ...SAFE, description: 'new', autoMinorVersionUpgrade: true })
    expect(promotion).toBeNull()
  })

  it.each<[string, ReplicationGroup, GroupChange]>([
    ['automatic failover on', groupIn(TWO), { automaticFailoverEnabled: true }],
    ['both on at once', groupIn(TWO), SAFE],
    ['both off at once', groupIn(TWO, SAFE), { automaticFailoverEnabled: false, multiAZEnabled: false }],
    ['Multi-AZ off alone', groupIn(TWO, SAFE), { multiAZEnabled: false }],
    ['off what is off, with one node', groupIn(['a']), { automaticFailoverEnabled: false }],
  ])('turns %s', (_, group, change) => {
    expect(planGroupChange(group, change).set).toMatchObject(change)
  })

  it('promotes the member that is named, in the same request that turns automatic failover off', () => {
    const group = groupIn(TWO, SAFE)
    const off = { automaticFailoverEnabled: false, multiAZEnabled: false }
    expect(planGroupChange(group, { ...off, primaryClusterId: 'sessions-002' }).promotion).toMatchObject({
      fromCacheClusterId: 'sessions-001',
      toCacheClusterId: 'sessions-002',
    })
  })

  it('has nothing to promote when the member is the primary already', () => {
    expect(planGroupChange(groupIn(TWO), { primaryClusterId: 'sessions-001' }).promotion).toBeNull()
  })

  it.each<[string, ReplicationGroup, GroupChange, string, string]>([
    [
      'automatic failover of one node',
      groupIn(['a']),
      { automaticFailoverEnabled: true },
      'InvalidParameterCombination',
      'there must be at least 2 cache clusters',
    ],
    [
      'automatic failover off under Multi-AZ',
      groupIn(TWO, SAFE),
      { automaticFailoverEnabled: false },
      'InvalidParameterCombination',
      'cannot be turned off while Multi-AZ is on',
    ],
    [
      'Multi-AZ without automatic failover',
      groupIn(TWO),
      { multiAZEnabled: true },
      'InvalidParameterCombination',
      'Multi-AZ needs automatic failover and at least one replica',
    ],
    [
      'Multi-AZ of nodes in one zone',
      groupIn(['a', 'a']),
      SAFE,
      'InvalidParameterCombination',
      'at least two availability zones',
    ],
    [
      'a promotion under automatic failover',
      groupIn(TWO, { automaticFailoverEnabled: true }),
      { primaryClusterId: 'sessions-002' },
      'InvalidParameterCombination',
      'only while automatic failover and Multi-AZ are disabled',
    ],
    [
      'the promotion of a stranger',
      groupIn(TWO),
      { primaryClusterId: 'sessions-009' },
      'InvalidParameterValue',
      'its members are sessions-001, sessions-002',
    ],
    [
      'snapshots during maintenance',
      groupIn(TWO, { preferredMaintenanceWindow: 'mon:05:30-mon:06:30' }),
      { snapshotWindow: '05:00-06:00' },
      'InvalidParameterValue',
      'must not overlap',
    ],
    [
      'maintenance during snapshots',
      groupIn(TWO, { snapshotWindow: '05:00-06:00' }),
      { preferredMaintenanceWindow: 'mon:05:30-mon:06:30' },
      'InvalidParameterValue',
      'must not overlap',
    ],
  ])('refuses %s', (_, group, change, code, sentence) => {
    expect(() => planGroupChange(group, change)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(sentence) }),
    )
  })
})

describe('a group with cluster mode', () => {
  const group = groupIn(TWO, { automaticFailoverEnabled: true, clusterEnabled: true })

  it.each<[string, GroupChange]>([['primaryClusterId', { primaryClusterId: 'sessions-002' }]])(
    'keeps its %s',
    (path, change) => {
      const details = [expect.objectContaining({ path })]
      expect(() => planGroupChange(group, { ...change, deferred: false })).toThrow(
        expect.objectContaining({ code: 'InvalidParameterCombination', details }),
      )
    },
  )
})

it.each<[string, GroupChange]>([
  ['a token', { authToken: { token: new Secret('0123456789abcdef'), strategy: 'ROTATE' } }],
  ['a parameter group', { cacheParameterGroupName: 'mine' }],
])('a group with cluster mode takes another of %s', (_, change) => {
  const group = groupIn(TWO, { automaticFailoverEnabled: true, clusterEnabled: true })
  expect(planGroupChange(group, { ...change, deferred: false })).toMatchObject({ choice: { kind: 'keep' } })
})

describe('a group with cluster mode that changes', () => {
  const redis = { engine: 'redis', engineVersion: '7.0' } as const
  const over = { automaticFailoverEnabled: true, clusterEnabled: true, ...redis }
  const shardIn = (...zones: string[]) => {
    const shard = aNodeGroupIn(...zones)
    return { ...shard, members: shard.members.map((member) => ({ ...member, ...redis })) }
  }
  const clusterIn = (zones: string[]) => aReplicationGroup({ ...over, nodeGroups: [shardIn(...zones)] })
  const group = { ...clusterIn(TWO), cacheParameterGroupName: 'default.redis7.cluster.on' }

  it.each<[string, GroupChange['choice'] & object, object]>([
    [
      'node type',
      { cacheNodeType: 'cache.m7g.large' },
      { engineVersion: '7.0', cacheNodeType: 'cache.m7g.large' },
    ],
    ['version', { engineVersion: '8.0' }, { engine: 'redis', engineVersion: '8.0' }],
    ['engine', { engine: 'valkey' }, { engine: 'valkey', engineVersion: '8.1' }],
  ])('takes another %s', (_, choice, wanted) => {
    expect(planGroupChange(group, { choice, deferred: false }).choice).toMatchObject({
      state: 'rolling',
      wanted,
    })
  })

  it('turns Multi-AZ on only with replicas in another zone in each shard', () => {
    expect(() => planGroupChange(clusterIn(['a']), { multiAZEnabled: true })).toThrow(/Multi-AZ/)
    expect(() => planGroupChange(clusterIn(['a', 'a']), { multiAZEnabled: true })).toThrow(/Multi-AZ/)
    expect(planGroupChange(group, { multiAZEnabled: true }).set.multiAZEnabled).toBe(true)
  })
})

describe('a test of failover', () => {
  it('loses the primary of the node group', () => {
    const group = groupIn(TWO, { automaticFailoverEnabled: true })
    expect(planTestFailover(group, '0001').fromCacheClusterId).toBe('sessions-001')
  })

  it.each<[string, ReplicationGroup, string, string]>([
    ['another node group', groupIn(TWO, SAFE), '0002', 'NodeGroupNotFoundFault'],
    ['automatic failover off', groupIn(TWO), '0001', 'InvalidReplicationGroupState'],
    ['no replica', groupIn(['a'], SAFE), '0001', 'InvalidReplicationGroupState'],
  ])('is refused with %s', (_, group, nodeGroupId, code) => {
    expect(() => planTestFailover(group, nodeGroupId)).toThrow(expect.objectContaining({ code }))
  })
})
