import { describe, expect, it } from 'vitest'
import { Secret } from '../secret.ts'
import { readGroupChange } from './read-group-change.ts'
import { readReplicaDecrease, readReplicaIncrease } from './read-replica-change.ts'
import type {
  DecreaseReplicaCountRequest,
  IncreaseReplicaCountRequest,
  ModifyReplicationGroupRequest,
} from './requests.ts'

const NOW = { applyImmediately: true }
const refusal = (code: string, sentence: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(sentence) })

describe('a request for more replicas', () => {
  it('says their number alone or with zones', () => {
    const all = { nodeGroupId: null, newReplicaCount: 2, zones: null }
    expect(readReplicaIncrease({ ...NOW, newReplicaCount: 2 })).toEqual([all])
    const replicaConfiguration = [
      { nodeGroupId: '0001', newReplicaCount: 1, preferredAvailabilityZones: ['a', 'b'] },
      { nodeGroupId: '0002', newReplicaCount: 2 },
    ]
    expect(readReplicaIncrease({ ...NOW, replicaConfiguration })).toEqual([
      { nodeGroupId: '0001', newReplicaCount: 1, zones: ['a', 'b'] },
      { nodeGroupId: '0002', newReplicaCount: 2, zones: null },
    ])
  })

  it.each<[string, IncreaseReplicaCountRequest, string, string]>([
    ['later', { newReplicaCount: 1, applyImmediately: false }, 'InvalidParameterValue', 'must be true'],
    ['at no time', { newReplicaCount: 1 }, 'InvalidParameterValue', 'applyImmediately must be provided'],
    ['six', { ...NOW, newReplicaCount: 6 }, 'InvalidParameterValue', 'between 0 and 5'],
    ['no number', NOW, 'InvalidParameterCombination', 'exactly one of newReplicaCount, replicaConfiguration'],
    [
      'two numbers',
      { ...NOW, newReplicaCount: 1, replicaConfiguration: [{ nodeGroupId: '0001', newReplicaCount: 1 }] },
      'InvalidParameterCombination',
      'exactly one of',
    ],
    [
      'a shard without a number',
      { ...NOW, replicaConfiguration: [{ nodeGroupId: '0001' }] },
      'InvalidParameterValue',
      'replicaConfiguration[0].newReplicaCount must be provided',
    ],
    [
      'two numbers for a shard',
      {
        ...NOW,
        replicaConfiguration: [1, 2].map((newReplicaCount) => ({ nodeGroupId: '0002', newReplicaCount })),
      },
      'InvalidParameterValue',
      'replicaConfiguration[1].nodeGroupId must not be that of another element',
    ],
    [
      'too few zones',
      {
        ...NOW,
        replicaConfiguration: [
          { nodeGroupId: '0001', newReplicaCount: 2, preferredAvailabilityZones: ['a', 'b'] },
        ],
      },
      'InvalidParameterCombination',
      'for the primary and for each replica, which is 3',
    ],
  ])('is refused for %s', (_, request, code, sentence) => {
    expect(() => readReplicaIncrease(request)).toThrow(refusal(code, sentence))
  })
})

describe('a request for fewer replicas', () => {
  it('says their number or their names, and each name once', () => {
    expect(readReplicaDecrease({ ...NOW, newReplicaCount: 0 })).toEqual({
      shards: [{ nodeGroupId: null, newReplicaCount: 0 }],
      replicasToRemove: [],
    })
    expect(readReplicaDecrease({ ...NOW, replicasToRemove: ['A-002', 'a-002'] })).toEqual({
      shards: [],
      replicasToRemove: ['a-002'],
    })
  })

  it.each<[string, DecreaseReplicaCountRequest, string, string]>([
    [
      'number and names',
      { ...NOW, newReplicaCount: 1, replicasToRemove: ['a-002'] },
      'InvalidParameterCombination',
      'exactly one of newReplicaCount, replicaConfiguration, replicasToRemove',
    ],
    [
      'a nonsense name',
      { ...NOW, replicasToRemove: ['-'] },
      'InvalidParameterValue',
      'not a valid identifier',
    ],
    [
      'zones',
      {
        ...NOW,
        replicaConfiguration: [
          { nodeGroupId: '0001', newReplicaCount: 0, preferredAvailabilityZones: ['a'] },
        ],
      },
      'InvalidParameterCombination',
      'Zones cannot be preferred',
    ],
  ])('is refused for %s', (_, request, code, sentence) => {
    expect(() => readReplicaDecrease(request)).toThrow(refusal(code, sentence))
  })
})

const TOKEN = 'a-token-of-16-letters'

describe('a request to change a group', () => {
  it('carries what it names, normalised', () => {
    const request = {
      description: 'new',
      primaryClusterId: 'Orders-002',
      preferredMaintenanceWindow: 'MON:05:00-mon:06:00',
      applyImmediately: true,
      nodeGroupId: 'ignored',
      snapshotRetentionLimit: 7,
      snapshotWindow: '05:00-06:00',
      securityGroupIds: [],
      clusterMode: 'disabled',
      cacheNodeType: 'cache.m7g.large',
    }
    expect(readGroupChange(request)).toEqual({
      deferred: false,
      choice: { cacheNodeType: 'cache.m7g.large' },
      description: 'new',
      primaryClusterId: 'orders-002',
      preferredMaintenanceWindow: 'mon:05:00-mon:06:00',
      clusterMode: 'disabled',
      snapshotRetentionLimit: 7,
      snapshotWindow: '05:00-06:00',
    })
    expect(readGroupChange({})).toEqual({})
  })

  it.each<[string, ModifyReplicationGroupRequest, string]>([
    ['an empty description', { description: ' ' }, 'description must not be empty'],
    ['an engine without replication', { engine: 'memcached' }, 'must be one of redis, valkey'],
    ['a node type that is none', { cacheNodeType: 'large' }, 'Invalid cache node type: large'],
    ['a token that is none', { authToken: new Secret('x'), ...NOW }, 'Invalid AuthToken provided'],
    ['another strategy', { authToken: new Secret(TOKEN), authTokenUpdateStrategy: 'ADD' }, 'SET or ROTATE'],
    ['no token any more', { authTokenUpdateStrategy: 'DELETE', ...NOW }, 'delete is not supported'],
    ['a mode that is none', { transitEncryptionMode: 'always' }, 'must be preferred or required'],
    ['snapshots', { snapshotRetentionLimit: 36 }, 'must be between 0 and 35'],
    ['user groups', { userGroupIdsToAdd: ['g'] }, 'User groups are not available'],
    ['a window that is none', { preferredMaintenanceWindow: 'noon' }, 'must look like ddd:hh24:mi'],
  ])('is refused for %s', (_, request, sentence) => {
    expect(() => readGroupChange(request)).toThrow(refusal('InvalidParameterValue', sentence))
  })

  it('is refused for another primary later', () => {
    expect(() => readGroupChange({ primaryClusterId: 'orders-002' })).toThrow(
      refusal('InvalidParameterCombination', 'applyImmediately must be true'),
    )
  })

  it.each<[string, ModifyReplicationGroupRequest, string]>([
    ['another token later', { authToken: new Secret(TOKEN) }, 'applyImmediately must be true'],
    ['another parameter group later', { cacheParameterGroupName: 'mine' }, 'applyImmediately must be true'],
    ['a strategy without a token', { authTokenUpdateStrategy: 'SET', ...NOW }, 'needs the new token'],
  ])('is refused for %s', (_, request, sentence) => {
    expect(() => readGroupChange(request)).toThrow(refusal('InvalidParameterCombination', sentence))
  })

  it('rotates a token unless told otherwise', () => {
    expect(readGroupChange({ authToken: new Secret(TOKEN), ...NOW }).authToken?.strategy).toBe('ROTATE')
  })
})
