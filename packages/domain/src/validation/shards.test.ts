import { describe, expect, it } from 'vitest'
import { formatSlots } from '../cluster/slots.ts'
import { ServiceError } from '../errors.ts'
import { Findings } from './findings.ts'
import type { CreateReplicationGroupRequest } from './requests.ts'
import { checkShards, clusterModeOf, requireShardQuota } from './shards.ts'

type Request = CreateReplicationGroupRequest

function plan(request: Request) {
  const findings = new Findings()
  const nodes = checkShards(findings, request)
  findings.throwIfAny()
  return nodes
}

const shardsOf = (request: Request) =>
  (plan(request).shards ?? []).map(({ nodeGroupId, slots, nodeCount }) => [
    nodeGroupId,
    formatSlots(slots),
    nodeCount,
  ])

describe('cluster mode', () => {
  it.each<[string, string, Request]>([
    ['enabled', 'it is said', { clusterMode: 'enabled' }],
    ['enabled', 'there are several shards', { numNodeGroups: 2 }],
    ['enabled', 'several shards are configured', { nodeGroupConfiguration: [{}, {}] }],
    ['enabled', 'the parameter group has it', { cacheParameterGroupName: 'Default.Redis7.Cluster.On' }],
    ['compatible', 'it is said', { clusterMode: 'compatible', numNodeGroups: 1 }],
    ['disabled', 'there is one shard', { numNodeGroups: 1, replicasPerNodeGroup: 2 }],
    ['disabled', 'the opposite is said', { clusterMode: 'disabled', numNodeGroups: 2 }],
  ])('is %s when %s', (mode, _, request) => {
    expect(clusterModeOf(request)).toBe(mode)
  })

  it('has one shard when it is compatible, for clients who know of no others', () => {
    expect(shardsOf({ clusterMode: 'compatible', replicasPerNodeGroup: 1 })).toEqual([['0001', '0-16383', 2]])
    expect(() => plan({ clusterMode: 'compatible', numNodeGroups: 2 })).toThrow('one shard')
  })

  it('is wanted by a parameter group of one’s own that has it, unless the opposite is said', () => {
    expect(clusterModeOf({ cacheParameterGroupName: 'mine' }, true)).toBe('enabled')
    expect(clusterModeOf({ cacheParameterGroupName: 'mine', clusterMode: 'disabled' }, true)).toBe('disabled')
  })
})

describe('the shards of a cluster', () => {
  it('share the slots out as ElastiCache does', () => {
    expect(shardsOf({ numNodeGroups: 3, replicasPerNodeGroup: 1 })).toEqual([
      ['0001', '0-5461', 2],
      ['0002', '5462-10922', 2],
      ['0003', '10923-16383', 2],
    ])
  })

  it('may have ids, slots, zones and numbers of replicas of their own', () => {
    const nodeGroupConfiguration = [
      {
        nodeGroupId: '7',
        slots: '0-99,200-16383',
        primaryAvailabilityZone: 'a',
        replicaAvailabilityZones: ['b'],
      },
      { slots: '100-199', replicaCount: 0 },
    ]
    expect(shardsOf({ nodeGroupConfiguration })).toEqual([
      ['7', '0-99,200-16383', 2],
      ['0001', '100-199', 1],
    ])
    expect(plan({ nodeGroupConfiguration }).zones).toEqual(['a', 'b', null])
  })

  it('fail over by themselves', () => {
    expect(plan({ numNodeGroups: 1 }).automaticFailoverEnabled).toBe(true)
  })

  it.each<[string, Request, string]>([
    ['as many as are configured', { numNodeGroups: 3, nodeGroupConfiguration: [{}, {}] }, 'as many elements'],
    [
      'a slot for each key',
      { nodeGroupConfiguration: [{ slots: '0-5' }, { slots: '6-16382' }] },
      'each of them once',
    ],
    [
      'no slot twice',
      { nodeGroupConfiguration: [{ slots: '0-9' }, { slots: '9-16383' }] },
      'each of them once',
    ],
    ['slots in all or in none', { nodeGroupConfiguration: [{ slots: '0-16383' }, {}] }, 'each of them once'],
    ['ranges', { nodeGroupConfiguration: [{ slots: '5-0' }, { slots: 'x' }] }, 'ranges of 0-16383'],
    [
      'distinct ids',
      { nodeGroupConfiguration: [{ nodeGroupId: '1' }, { nodeGroupId: '0001' }] },
      'another shard',
    ],
    ['ids of digits', { nodeGroupConfiguration: [{ nodeGroupId: 'a' }, {}] }, 'one to four digits'],
    ['replicas for Multi-AZ', { numNodeGroups: 2, multiAZEnabled: true }, 'at least one replica'],
    [
      'one number of replicas',
      { replicasPerNodeGroup: 2, nodeGroupConfiguration: [{ replicaCount: 1 }, {}] },
      'the same number',
    ],
    [
      'two zones for Multi-AZ',
      {
        multiAZEnabled: true,
        nodeGroupConfiguration: [
          { primaryAvailabilityZone: 'a', replicaAvailabilityZones: ['a'] },
          { replicaCount: 1 },
        ],
      },
      'two availability zones',
    ],
  ])('need %s', (_, request, sentence) => {
    expect(() => plan(request)).toThrow(sentence)
  })

  it('are not blamed one by one for what was said for all of them', () => {
    const many = { numNodeGroups: 2, replicasPerNodeGroup: 6 }
    expect(() => plan(many)).toThrow(/^replicasPerNodeGroup must be between 0 and 5\.$/)
  })

  it('are at most 90', () => {
    const { shards } = plan({ numNodeGroups: 91 })
    expect(() => requireShardQuota(shards)).toThrow(ServiceError)
    expect(() => requireShardQuota(shards?.slice(1) ?? null)).not.toThrow()
  })
})
