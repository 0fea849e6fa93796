import { describe, expect, it } from 'vitest'
import { aCacheCluster, aMemcachedCluster, aNode } from '../../../../test/support/builders.ts'
import { ServiceError } from '../errors.ts'
import type { ClusterChange } from '../ports/store.ts'
import type { CacheCluster } from '../resources.ts'
import { Secret } from '../secret.ts'
import { planClusterChange } from './plan-cluster-change.ts'
import { readClusterChange } from './read-cluster-change.ts'
import type { ModifyCacheClusterRequest } from './requests.ts'

const nodesIn = (...zones: string[]) =>
  zones.map((zone, i) => aNode({ id: `node-${i + 1}`, cacheNodeId: `000${i + 1}`, zone }))
const together = aMemcachedCluster({ nodes: nodesIn('local-1a', 'local-1a') }, { lastNodeNumber: 4 })
const spread = aMemcachedCluster(
  { nodes: nodesIn('local-1a', 'local-1b', 'local-1c') },
  { azMode: 'cross-az', lastNodeNumber: 3 },
)

const WEB = { userName: 'web', password: new Secret('a'.repeat(16)) }

function refusal(work: () => unknown): ServiceError {
  try {
    work()
  } catch (error) {
    if (error instanceof ServiceError) return error
    throw error
  }
  throw new Error('was accepted')
}

describe('a change of a Memcached cluster', () => {
  it('adds nodes under ids that were never used, where the others are', () => {
    const { add, remove } = planClusterChange(together, { numCacheNodes: 4 })
    expect(add).toEqual({ numbers: [5, 6], zones: ['local-1a', 'local-1a'] })
    expect(remove).toEqual([])
    expect(planClusterChange(spread, { numCacheNodes: 4 }).add).toEqual({ numbers: [4], zones: [null] })
  })

  it('adds them in the zones that are named, and spreads a cluster that is to be spread', () => {
    const change = { numCacheNodes: 3, newAvailabilityZones: ['local-1c'], azMode: 'cross-az' } as const
    const plan = planClusterChange(together, change)
    expect(plan.add.zones).toEqual(['local-1c'])
    expect(plan.set.azMode).toBe('cross-az')
  })

  describe('that waits for the maintenance window', () => {
    const more = { numCacheNodes: 4, cacheNodeIdsToRemove: [], newAvailabilityZones: [] }
    const fewer = { numCacheNodes: 2, cacheNodeIdsToRemove: ['0002'], newAvailabilityZones: [] }
    const later = { applyImmediately: false }
    const waiting = aMemcachedCluster(
      { nodes: spread.nodes },
      { azMode: 'cross-az', lastNodeNumber: 3, pendingNodes: more },
    )
    const nothing = { add: { numbers: [] }, remove: [] }

    it('is kept as it was asked for, and nobody comes or goes', () => {
      expect(planClusterChange(spread, { ...more, ...later })).toMatchObject({ ...nothing, pending: more })
      expect(planClusterChange(spread, { ...fewer, ...later })).toMatchObject({ ...nothing, pending: fewer })
    })

    it('is judged like one that does not', () => {
      const change = { numCacheNodes: 2, cacheNodeIdsToRemove: ['0009'], ...later }
      expect(refusal(() => planClusterChange(spread, change)).message).toContain('is not part of')
    })

    it('stays through changes of other things, is replaced by a newer one, and taken back by the number there is', () => {
      expect(planClusterChange(waiting, { azMode: 'cross-az', ...later }).pending).toEqual(more)
      expect(planClusterChange(waiting, { ...fewer, ...later })).toMatchObject({ ...nothing, pending: fewer })
      expect(planClusterChange(waiting, { numCacheNodes: 3, ...later })).toMatchObject({
        ...nothing,
        pending: null,
      })
    })

    it('is taken along by a change that is to be at once, and replaced by other nodes that are', () => {
      const now = { applyImmediately: true }
      expect(planClusterChange(waiting, now)).toMatchObject({ add: { numbers: [4] }, pending: null })
      expect(planClusterChange(waiting, { ...fewer, ...now })).toMatchObject({
        remove: ['0002'],
        pending: null,
      })
    })
  })

  it('removes exactly the nodes that are named', () => {
    const change = { numCacheNodes: 1, cacheNodeIdsToRemove: ['0003', '0001'] }
    expect(planClusterChange(spread, change)).toMatchObject({
      remove: ['0003', '0001'],
      add: { numbers: [] },
    })
    expect(planClusterChange(spread, {})).toMatchObject({ remove: [], add: { numbers: [] } })
  })

  it.each<[string, CacheCluster, ClusterChange, string, string]>([
    [
      'fewer nodes, none of them named',
      spread,
      { numCacheNodes: 2 },
      'InvalidParameterCombination',
      'which is 1',
    ],
    [
      'one name too many',
      spread,
      { numCacheNodes: 2, cacheNodeIdsToRemove: ['0001', '0002'] },
      'InvalidParameterCombination',
      'exactly as many',
    ],
    [
      'names of nodes that are not there',
      spread,
      { numCacheNodes: 2, cacheNodeIdsToRemove: ['0009'] },
      'InvalidParameterValue',
      'which has 0001, 0002, 0003',
    ],
    [
      'more zones than nodes that come',
      spread,
      { numCacheNodes: 4, newAvailabilityZones: ['local-1a', 'local-1b'] },
      'InvalidParameterCombination',
      'which is 1',
    ],
    [
      'another zone for nodes that are together',
      together,
      { numCacheNodes: 3, newAvailabilityZones: ['local-1b'] },
      'InvalidParameterCombination',
      'cross-az',
    ],
    [
      'nodes that are spread to be together',
      spread,
      { azMode: 'single-az' },
      'InvalidParameterCombination',
      'nodes do not move',
    ],
    ['61 nodes', spread, { numCacheNodes: 61 }, 'NodeQuotaForClusterExceeded', 'at most 60'],
    [
      'two nodes of redis',
      aCacheCluster({ replicationGroupId: null, engine: 'redis' }),
      { numCacheNodes: 2 },
      'InvalidParameterValue',
      'exactly one node',
    ],
    [
      'users for a cluster that lets everybody in',
      spread,
      { saslUsers: [WEB] },
      'InvalidParameterCombination',
      'created without saslUsers',
    ],
    [
      'users of redis',
      aCacheCluster({ replicationGroupId: null, engine: 'redis' }),
      { saslUsers: [WEB] },
      'InvalidParameterCombination',
      'not supported for engine redis',
    ],
    [
      'a cluster at work',
      { ...spread, nodes: [aNode({ openedAt: null })] },
      { numCacheNodes: 4 },
      'InvalidCacheClusterState',
      'available',
    ],
  ])('refuses %s', (_, cluster, change, code, sentence) => {
    const error = refusal(() => planClusterChange(cluster, change))
    expect(error.code).toBe(code)
    expect(error.message).toContain(sentence)
  })
})

describe('a request for a change of a cache cluster', () => {
  it('asks for nothing that it does not name', () => {
    expect(readClusterChange({})).toEqual({
      applyImmediately: false,
      cacheNodeIdsToRemove: [],
      newAvailabilityZones: [],
    })
    const request = { numCacheNodes: 2, cacheNodeIdsToRemove: ['0001', '0001'], applyImmediately: true }
    expect(readClusterChange(request)).toMatchObject({ numCacheNodes: 2, cacheNodeIdsToRemove: ['0001'] })
  })

  it.each<[ModifyCacheClusterRequest, string]>([
    [{ cacheNodeIdsToRemove: ['0001'] }, 'needs numCacheNodes'],
    [{ newAvailabilityZones: ['local-1a'] }, 'needs numCacheNodes'],
    [{ numCacheNodes: 0, applyImmediately: true }, 'between 1 and 60'],
    [{ numCacheNodes: 1, cacheNodeIdsToRemove: ['1'], applyImmediately: true }, 'such as 0001'],
    [{ azMode: 'everywhere' }, 'single-az or cross-az'],
    [{ authToken: 'x' }, 'takes no authToken'],
    [{ snapshotRetentionLimit: 3 }, 'must be 0 or left out'],
    [{ cacheNodeType: 'cache.m5.large' }, 'leave cacheNodeType out'],
    [{ saslUsers: [] }, 'at least one user'],
    [{ saslUsers: [WEB, WEB] }, 'the same user twice'],
  ])('refuses %j', (request, sentence) => {
    expect(refusal(() => readClusterChange(request)).message).toContain(sentence)
  })
})
