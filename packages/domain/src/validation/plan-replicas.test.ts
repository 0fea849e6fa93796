import { describe, expect, it } from 'vitest'
import { aNodeGroupIn, aReplicationGroup } from '../../../../test/support/builders.ts'
import type { ReplicaDecrease, ReplicaIncrease } from '../ports/replica-count.ts'
import type { ReplicationGroup } from '../resources.ts'
import { planReplicaDecrease, planReplicaIncrease } from './plan-replicas.ts'

const SAFE = { automaticFailoverEnabled: true, multiAZEnabled: true }

function increase(zones: string[], wish: ReplicaIncrease, taken: string[] = []) {
  const shard = aNodeGroupIn(...zones)
  return planReplicaIncrease(aReplicationGroup({ nodeGroups: [shard] }), shard, wish, taken)
}

function decrease(zones: string[], wish: Partial<ReplicaDecrease>, over: Partial<ReplicationGroup> = {}) {
  const shard = aNodeGroupIn(...zones)
  const group = aReplicationGroup({ nodeGroups: [shard], ...over })
  return planReplicaDecrease(group, shard, { newReplicaCount: null, replicasToRemove: [], ...wish })
}

const refusal = (code: string, sentence: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(sentence) })

describe('more replicas', () => {
  it('get the next free names, also those of replicas that went', () => {
    const shard = aNodeGroupIn('a', 'b', 'c')
    const members = shard.members.filter((member) => member.cacheClusterId !== 'sessions-002')
    const left = { ...shard, members }
    const plan = planReplicaIncrease(aReplicationGroup({ nodeGroups: [left] }), left, {
      newReplicaCount: 3,
      zones: null,
    })
    expect(plan).toEqual({ cacheClusterIds: ['sessions-002', 'sessions-004'], zones: [null, null] })
  })

  it.each([
    ['sessions-001', 'sessions-002'],
    ['sessions-0001-001', 'sessions-0001-002'],
  ])('are named as the others, beside %s as %s', (cacheClusterId, next) => {
    const shard = aNodeGroupIn('a')
    const named = { ...shard, members: shard.members.map((member) => ({ ...member, cacheClusterId })) }
    const group = aReplicationGroup({ clusterMode: 'enabled', clusterEnabled: true, nodeGroups: [named] })
    const wish = { newReplicaCount: 1, zones: null }
    expect(planReplicaIncrease(group, named, wish).cacheClusterIds).toEqual([next])
  })

  it('pass over names that other cache clusters have', () => {
    expect(increase(['a'], { newReplicaCount: 1, zones: null }, ['sessions-002']).cacheClusterIds).toEqual([
      'sessions-003',
    ])
  })

  it('go where the list has zones left once the standing nodes have taken theirs', () => {
    const wish = { newReplicaCount: 3, zones: ['a', 'c', 'b', 'a'] }
    expect(increase(['a', 'b'], wish).zones).toEqual(['c', 'a'])
  })

  it.each<[string, string[], ReplicaIncrease, string, string]>([
    [
      'as many as there are',
      ['a', 'b'],
      { newReplicaCount: 1, zones: null },
      'NoOperationFault',
      'is 1 already',
    ],
    [
      'fewer than there are',
      ['a', 'b', 'c'],
      { newReplicaCount: 1, zones: null },
      'InvalidParameterValue',
      'must be more than the current number of replicas, which is 2',
    ],
    [
      'zones that would have a node move',
      ['a', 'b'],
      { newReplicaCount: 2, zones: ['a', 'c', 'c'] },
      'InvalidParameterCombination',
      'one is in b: nodes do not move',
    ],
  ])('are refused when they are %s', (_, zones, wish, code, sentence) => {
    expect(() => increase(zones, wish)).toThrow(refusal(code, sentence))
  })
})

describe('fewer replicas', () => {
  it.each<[string, string[], Partial<ReplicaDecrease>, string[]]>([
    ['those that are named', ['a', 'b', 'c'], { replicasToRemove: ['sessions-002'] }, ['sessions-002']],
    ['the youngest when zones do not matter', ['a', 'b', 'c'], { newReplicaCount: 1 }, ['sessions-003']],
    ['from the fullest zone first', ['a', 'b', 'b', 'c'], { newReplicaCount: 2 }, ['sessions-003']],
    ['next to the primary first', ['a', 'a', 'b'], { newReplicaCount: 1 }, ['sessions-002']],
    ['all of them', ['a', 'b'], { newReplicaCount: 0 }, ['sessions-002']],
  ])('lose %s', (_, zones, wish, victims) => {
    expect(decrease(zones, wish)).toEqual(victims)
  })

  it.each<[string, string[], Partial<ReplicaDecrease>, Partial<ReplicationGroup>, string, string]>([
    ['as many as there are', ['a', 'b'], { newReplicaCount: 1 }, {}, 'NoOperationFault', 'is 1 already'],
    [
      'more than there are',
      ['a', 'b'],
      { newReplicaCount: 2 },
      {},
      'InvalidParameterValue',
      'must be less than the current number of replicas, which is 1',
    ],
    [
      'none under automatic failover',
      ['a', 'b'],
      { newReplicaCount: 0 },
      { automaticFailoverEnabled: true },
      'InvalidParameterCombination',
      'At least one replica must stay',
    ],
    [
      'the primary',
      ['a', 'b'],
      { replicasToRemove: ['sessions-001'] },
      {},
      'InvalidParameterValue',
      'serving as primary',
    ],
    [
      'a stranger',
      ['a', 'b'],
      { replicasToRemove: ['other-002'] },
      {},
      'InvalidParameterValue',
      'not a member of replication group sessions',
    ],
    [
      'the only one in another zone under Multi-AZ',
      ['a', 'a', 'b'],
      { replicasToRemove: ['sessions-003'] },
      SAFE,
      'InvalidParameterCombination',
      'would be in one availability zone',
    ],
  ])('are refused when they are %s', (_, zones, wish, over, code, sentence) => {
    expect(() => decrease(zones, wish, over)).toThrow(refusal(code, sentence))
  })
})
