import { describe, expect, it } from 'vitest'
import { aCacheCluster, aNode, aNodeGroup, aReplicationGroup } from '../../../../test/support/builders.ts'
import type { GroupReplicaDecrease, GroupReplicaIncrease } from '../ports/replica-count.ts'
import { planReplicaDecreases, planReplicaIncreases } from './plan-shard-replicas.ts'

const shardOf = (nodeGroupId: string, zones: string[]) =>
  aNodeGroup({
    id: `ng-${nodeGroupId}`,
    nodeGroupId,
    primaryNodeId: `node-${nodeGroupId}-1`,
    members: zones.map((zone, i) =>
      aCacheCluster({
        cacheClusterId: `sessions-${nodeGroupId}-00${i + 1}`,
        nodes: [aNode({ id: `node-${nodeGroupId}-${i + 1}`, zone })],
      }),
    ),
  })
/** One replica in the first shard, two in the second. */
const group = (multiAZEnabled = false) =>
  aReplicationGroup({
    clusterEnabled: true,
    automaticFailoverEnabled: true,
    multiAZEnabled,
    nodeGroups: [shardOf('0001', ['a', 'b']), shardOf('0002', ['a', 'b', 'c'])],
  })
const increase = (wish: GroupReplicaIncrease) =>
  planReplicaIncreases(group(), wish).map(({ shard, plan }) => [shard.nodeGroupId, ...plan.cacheClusterIds])
const decrease = (wish: Partial<GroupReplicaDecrease>, multiAZ = false) =>
  planReplicaDecreases(group(multiAZ), { shards: [], replicasToRemove: [], ...wish }).map(
    ({ shard, victims }) => [shard.nodeGroupId, ...victims],
  )
const every = (newReplicaCount: number) => ({ nodeGroupId: null, newReplicaCount, zones: null })
const code = (expected: string) => expect.objectContaining({ code: expected })

describe('replicas of a cluster', () => {
  it('come to every shard that has fewer, with names of that shard', () => {
    expect(increase([every(2)])).toEqual([['0001', 'sessions-0001-003']])
    expect(increase([every(3)])).toEqual([
      ['0001', 'sessions-0001-003', 'sessions-0001-004'],
      ['0002', 'sessions-0002-004'],
    ])
  })

  it('come to the shards that are named, each with a number and zones of its own', () => {
    const wish = [{ nodeGroupId: '0001', newReplicaCount: 2, zones: ['a', 'b', 'c'] }]
    expect(planReplicaIncreases(group(), wish)).toMatchObject([{ plan: { zones: ['c'] } }])
  })

  it('go down to none unless Multi-AZ is on', () => {
    expect(decrease({ shards: [every(0)] })).toEqual([
      ['0001', 'sessions-0001-002'],
      ['0002', 'sessions-0002-003', 'sessions-0002-002'],
    ])
    expect(() => decrease({ shards: [every(0)] }, true)).toThrow(code('InvalidParameterCombination'))
  })

  it('go by their names, whichever shards they are of', () => {
    const replicasToRemove = ['sessions-0002-002', 'sessions-0001-002']
    expect(decrease({ replicasToRemove })).toEqual([
      ['0001', 'sessions-0001-002'],
      ['0002', 'sessions-0002-002'],
    ])
  })

  it.each<[string, () => unknown, string]>([
    [
      'as many as every shard has',
      () => increase([{ ...every(1), nodeGroupId: '0001' }]),
      'NoOperationFault',
    ],
    ['fewer than a shard has, as an increase', () => increase([every(1)]), 'InvalidParameterValue'],
    [
      'of a shard that is not there',
      () => increase([{ ...every(1), nodeGroupId: '7' }]),
      'NodeGroupNotFoundFault',
    ],
    ['a primary', () => decrease({ replicasToRemove: ['sessions-0002-001'] }), 'InvalidParameterValue'],
    ['a stranger', () => decrease({ replicasToRemove: ['other-0001-002'] }), 'InvalidParameterValue'],
  ])('are refused when they are %s', (_, ask, expected) => {
    expect(ask).toThrow(code(expected))
  })
})
