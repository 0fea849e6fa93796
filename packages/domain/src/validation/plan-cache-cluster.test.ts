import { describe, expect, it } from 'vitest'
import { ServiceError } from '../errors.ts'
import { Secret } from '../secret.ts'
import { planCacheCluster } from './plan-cache-cluster.ts'
import type { CreateCacheClusterRequest } from './requests.ts'

const context = { accountId: '000000000000', random: () => 0.5 }
const memcached: CreateCacheClusterRequest = {
  cacheClusterId: 'sessions',
  engine: 'memcached',
  cacheNodeType: 'cache.t4g.micro',
}

function refusal(request: CreateCacheClusterRequest): ServiceError {
  try {
    planCacheCluster({ ...memcached, ...request }, context)
  } catch (error) {
    if (error instanceof ServiceError) return error
    throw error
  }
  throw new Error('was accepted')
}

describe('a plan for a cache cluster', () => {
  it('has no snapshot window and no token for memcached', () => {
    expect(planCacheCluster(memcached, context)).toMatchObject({
      engineVersion: '1.6.38',
      cacheParameterGroupName: 'default.memcached1.6',
      snapshotWindow: null,
      authToken: null,
      zones: [null],
    })
  })

  it('gives a standalone valkey its windows, its TLS and its zone', () => {
    const plan = planCacheCluster(
      {
        ...memcached,
        engine: 'valkey',
        transitEncryptionEnabled: true,
        preferredAvailabilityZone: 'local-1c',
        snapshotWindow: '05:00-07:00',
      },
      context,
    )
    expect(plan).toMatchObject({
      zones: ['local-1c'],
      snapshotWindow: '05:00-07:00',
      transitEncryptionMode: 'required',
    })
    expect(plan.authToken).toBeNull()
  })

  it('begins with what a snapshot holds, whatever the case of its name', () => {
    const wish = { ...memcached, engine: 'valkey' }
    expect(planCacheCluster({ ...wish, snapshotName: 'Monday' }, context).snapshotName).toBe('monday')
    expect(planCacheCluster(wish, context).snapshotName).toBeNull()
    expect(refusal({ snapshotName: 'monday' }).message).toContain('snapshotName is not supported')
  })

  it('says the same for one node in one zone, spelled out', () => {
    expect(
      planCacheCluster(
        { ...memcached, numCacheNodes: 1, azMode: 'single-az', snapshotRetentionLimit: 0, snapshotArns: [] },
        context,
      ),
    ).toEqual(planCacheCluster(memcached, context))
    expect(
      planCacheCluster({ ...memcached, preferredAvailabilityZones: ['local-1b'] }, context).zones,
    ).toEqual(['local-1b'])
  })

  it('spreads Memcached nodes only where that is said', () => {
    const of = (request: CreateCacheClusterRequest) =>
      planCacheCluster({ ...memcached, numCacheNodes: 3, ...request }, context)
    expect(of({})).toMatchObject({ azMode: 'single-az', zones: [null, null, null] })
    expect(of({ azMode: 'cross-az' })).toMatchObject({ azMode: 'cross-az', zones: [null, null, null] })
    const together = of({ preferredAvailabilityZone: 'local-1b' })
    expect(together).toMatchObject({ azMode: 'single-az', zones: ['local-1b', 'local-1b', 'local-1b'] })
    const zones = ['local-1a', 'local-1b', 'local-1b']
    expect(of({ preferredAvailabilityZones: zones })).toMatchObject({ azMode: 'cross-az', zones })
    expect(planCacheCluster({ ...memcached, engine: 'redis' }, context).azMode).toBeNull()
  })

  it("has ElastiCache's quota of nodes, with its own code", () => {
    expect(planCacheCluster({ ...memcached, numCacheNodes: 60 }, context).zones).toHaveLength(60)
    expect(refusal({ numCacheNodes: 61 }).code).toBe('NodeQuotaForClusterExceeded')
    expect(refusal({ numCacheNodes: 2_000_000_000 }).code).toBe('NodeQuotaForClusterExceeded')
  })

  it.each<[string, CreateCacheClusterRequest, string]>([
    ['no engine', { engine: undefined }, 'engine must be provided and must not be null'],
    ['an engine in capitals', { engine: 'Redis' }, 'one of redis, valkey, memcached'],
    ['an id of 51 characters', { cacheClusterId: 'a'.repeat(51) }, 'at most 50'],
    [
      'a user without a name',
      { saslUsers: [{ password: new Secret('a'.repeat(16)) }] },
      'userName must have',
    ],
    [
      'a name that would be two words',
      { saslUsers: [{ userName: 'a b', password: new Secret('a'.repeat(16)) }] },
      'userName must have',
    ],
    [
      'a password that would begin another line',
      { saslUsers: [{ userName: 'web', password: new Secret(`${'a'.repeat(16)}\nroot:x`) }] },
      'password must have 16 to 128',
    ],
    [
      'eight users',
      {
        saslUsers: Array.from({ length: 8 }, (_, i) => ({
          userName: `user${i}`,
          password: new Secret('a'.repeat(16)),
        })),
      },
      'at most 7',
    ],
    ['no nodes', { numCacheNodes: 0 }, 'between 1 and 60'],
    ['2 redis nodes', { engine: 'redis', numCacheNodes: 2 }, 'exactly one node'],
    ['a group to join', { replicationGroupId: 'orders' }, 'leave replicationGroupId out'],
    ['an unknown azMode', { azMode: 'everywhere' }, 'single-az or cross-az'],
  ])('refuses %s as a value', (_, request, sentence) => {
    const error = refusal(request)
    expect(error.code).toBe('InvalidParameterValue')
    expect(error.message).toContain(sentence)
  })

  it.each<[string, CreateCacheClusterRequest, string]>([
    [
      'a token for memcached',
      { authToken: new Secret('a'.repeat(16)), transitEncryptionEnabled: true },
      'authToken is not supported for engine memcached',
    ],
    [
      'a token for a standalone redis',
      { engine: 'redis', authToken: new Secret('a'.repeat(16)), transitEncryptionEnabled: true },
      'create a replication group',
    ],
    ['a snapshot window for memcached', { snapshotWindow: '05:00-06:00' }, 'snapshotWindow is not supported'],
    ['retention for memcached', { snapshotRetentionLimit: 3 }, 'snapshotRetentionLimit is not supported'],
    ['cross-az with one node', { azMode: 'cross-az' }, 'more than one node'],
    [
      'cross-az for redis',
      { engine: 'redis', azMode: 'cross-az' },
      'azMode is not supported for engine redis',
    ],
    [
      'a list of zones for redis',
      { engine: 'redis', preferredAvailabilityZones: ['local-1a'] },
      'use preferredAvailabilityZone',
    ],
    [
      'users for redis',
      { engine: 'redis', saslUsers: [{ userName: 'web', password: new Secret('a'.repeat(16)) }] },
      'saslUsers is not supported for engine redis',
    ],
    [
      'one zone for nodes that are to be spread',
      { numCacheNodes: 2, azMode: 'cross-az', preferredAvailabilityZone: 'local-1a' },
      'use preferredAvailabilityZones',
    ],
    [
      'several zones for nodes that are to be together',
      { numCacheNodes: 2, azMode: 'single-az', preferredAvailabilityZones: ['local-1a', 'local-1b'] },
      'to be the same',
    ],
    [
      'zones twice',
      { preferredAvailabilityZone: 'local-1a', preferredAvailabilityZones: ['local-1a'] },
      'not both',
    ],
    ['more zones than nodes', { preferredAvailabilityZones: ['local-1a', 'local-1b'] }, 'as many zones'],
    ['an unknown memcached', { engineVersion: '1.6.6' }, 'Cannot find version 1.6.6 for memcached'],
    [
      "redis's parameter group",
      { cacheParameterGroupName: 'default.redis7' },
      'family memcached1.6 but found one of family redis7',
    ],
  ])('refuses %s as a combination', (_, request, sentence) => {
    const error = refusal(request)
    expect(error.code).toBe('InvalidParameterCombination')
    expect(error.message).toContain(sentence)
  })
})
