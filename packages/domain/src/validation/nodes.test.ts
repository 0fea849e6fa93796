import { describe, expect, it } from 'vitest'
import { ServiceError } from '../errors.ts'
import { Findings } from './findings.ts'
import { checkNodes, type Nodes } from './nodes.ts'
import type { CreateReplicationGroupRequest } from './requests.ts'

type Request = CreateReplicationGroupRequest

function plan(request: Request): Nodes {
  const findings = new Findings()
  const nodes = checkNodes(findings, request)
  findings.throwIfAny()
  return nodes
}

function refusal(request: Request): ServiceError {
  try {
    plan(request)
  } catch (error) {
    if (error instanceof ServiceError) return error
    throw error
  }
  throw new Error('was accepted')
}

describe('the nodes of a replication group', () => {
  it.each<[string, Request, (string | null)[]]>([
    ['one when nothing is said', {}, [null]],
    ['as many as numCacheClusters', { numCacheClusters: 3 }, [null, null, null]],
    ['a primary besides the replicas of the shard', { replicasPerNodeGroup: 2 }, [null, null, null]],
    ['said twice alike', { numCacheClusters: 3, replicasPerNodeGroup: 2 }, [null, null, null]],
    ['as the shard is configured', { nodeGroupConfiguration: [{ replicaCount: 1 }] }, [null, null]],
    ['one for an empty configuration', { nodeGroupConfiguration: [{ nodeGroupId: '0001' }] }, [null]],
    [
      'in the zones of the shard, the primary first',
      {
        nodeGroupConfiguration: [
          { replicaCount: 2, primaryAvailabilityZone: 'a', replicaAvailabilityZones: ['b', 'c'] },
        ],
      },
      ['a', 'b', 'c'],
    ],
    [
      'where only the replicas have a zone',
      { nodeGroupConfiguration: [{ replicaAvailabilityZones: ['b'] }] },
      [null, 'b'],
    ],
    [
      'where only the primary has a zone',
      { numCacheClusters: 3, nodeGroupConfiguration: [{ primaryAvailabilityZone: 'a' }] },
      ['a', null, null],
    ],
    [
      'in the preferred zones',
      { numCacheClusters: 2, preferredCacheClusterAZs: ['local-1b', 'local-1a'] },
      ['local-1b', 'local-1a'],
    ],
  ])('are %s', (_, request, zones) => {
    expect(plan(request).zones).toEqual(zones)
  })

  it('fail over and spread over zones only when that is asked for', () => {
    expect(plan({ numCacheClusters: 2 })).toMatchObject({
      automaticFailoverEnabled: false,
      multiAZEnabled: false,
    })
    const both = { numCacheClusters: 2, automaticFailoverEnabled: true, multiAZEnabled: true }
    expect(plan(both)).toMatchObject({ automaticFailoverEnabled: true, multiAZEnabled: true })
  })

  it.each<[string, Request, string, string]>([
    ['slots', { nodeGroupConfiguration: [{ slots: '0-16383' }] }, 'slots', 'Slots are for cluster mode'],
    ['another shard', { nodeGroupConfiguration: [{ nodeGroupId: '0002' }] }, 'nodeGroupId', 'must be 0001'],
    ['six replicas', { nodeGroupConfiguration: [{ replicaCount: 6 }] }, 'replicaCount', 'between 0 and 5'],
    ['half a replica', { replicasPerNodeGroup: 0.5 }, 'replicasPerNodeGroup', 'between 0 and 5'],
    [
      'a nonsense zone',
      { nodeGroupConfiguration: [{ primaryAvailabilityZone: 'Zone A' }] },
      'primaryAvailabilityZone',
      'not the name of an availability zone',
    ],
  ])('refuses %s as a value', (_, request, path, sentence) => {
    const error = refusal(request)
    expect(error.code).toBe('InvalidParameterValue')
    expect(error.message).toContain(sentence)
    expect(error.details[0]?.path).toContain(path)
  })

  const failover = { automaticFailoverEnabled: true }
  it.each<[string, Request, string]>([
    [
      'numbers that disagree',
      { numCacheClusters: 2, replicasPerNodeGroup: 2 },
      'must mean the same number of nodes',
    ],
    [
      'automatic failover with nobody to fail over to',
      failover,
      'When using automatic failover, there must be at least 2 cache clusters in the replication group.',
    ],
    ['Multi-AZ without automatic failover', { numCacheClusters: 2, multiAZEnabled: true }, 'Multi-AZ needs'],
    ['Multi-AZ of one node', { multiAZEnabled: true }, 'Multi-AZ needs automatic failover'],
    [
      'Multi-AZ in one zone',
      { ...failover, numCacheClusters: 2, multiAZEnabled: true, preferredCacheClusterAZs: ['a', 'a'] },
      'at least two availability zones',
    ],
    [
      'fewer zones than nodes',
      { numCacheClusters: 3, preferredCacheClusterAZs: ['a', 'b'] },
      'as many zones as there are nodes, which is 3',
    ],
    [
      'fewer zones than replicas',
      { nodeGroupConfiguration: [{ replicaCount: 2, replicaAvailabilityZones: ['a'] }] },
      'as many zones as there are replicas, which is 2',
    ],
    [
      'zones in two places',
      { preferredCacheClusterAZs: ['a'], nodeGroupConfiguration: [{ primaryAvailabilityZone: 'a' }] },
      'not in both',
    ],
  ])('refuses %s as a combination', (_, request, sentence) => {
    const error = refusal(request)
    expect(error.code).toBe('InvalidParameterCombination')
    expect(error.message).toContain(sentence)
  })
})
