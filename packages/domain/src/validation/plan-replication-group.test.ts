import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ServiceError } from '../errors.ts'
import { Secret } from '../secret.ts'
import { planReplicationGroup } from './plan-replication-group.ts'
import type { CreateReplicationGroupRequest } from './requests.ts'

const context = { accountId: '000000000000', random: () => 0 }
const minimal: CreateReplicationGroupRequest = {
  replicationGroupId: 'orders',
  description: 'Orders',
  cacheNodeType: 'cache.t4g.micro',
}

function refusal(request: CreateReplicationGroupRequest): ServiceError {
  try {
    planReplicationGroup({ ...minimal, ...request }, context)
  } catch (error) {
    if (error instanceof ServiceError) return error
    throw error
  }
  throw new Error('was accepted')
}

describe('a plan for a replication group', () => {
  it('fills in every default', () => {
    expect(planReplicationGroup(minimal, context)).toEqual({
      accountId: '000000000000',
      replicationGroupId: 'orders',
      description: 'Orders',
      engine: 'redis',
      engineVersion: '7.0',
      cacheNodeType: 'cache.t4g.micro',
      cacheParameterGroupName: 'default.redis7',
      port: null,
      transitEncryptionMode: null,
      atRestEncryptionEnabled: false,
      automaticFailoverEnabled: false,
      multiAZEnabled: false,
      authTokenEnabled: false,
      authToken: null,
      autoMinorVersionUpgrade: true,
      preferredMaintenanceWindow: 'sun:03:00-sun:04:00',
      snapshotRetentionLimit: 0,
      snapshotWindow: '04:00-05:00',
      zones: [null],
      snapshotName: null,
      seedFiles: [],
      clusterMode: 'disabled',
      shards: null,
    })
  })

  it('keeps automatic snapshots for as long as was asked', () => {
    expect(planReplicationGroup({ ...minimal, snapshotRetentionLimit: 35 }, context)).toMatchObject({
      snapshotRetentionLimit: 35,
    })
  })

  it('accepts values that mean the same as leaving them out', () => {
    const spelledOut: CreateReplicationGroupRequest = {
      ...minimal,
      engine: 'redis',
      engineVersion: '7.0',
      cacheParameterGroupName: 'Default.Redis7',
      cacheSubnetGroupName: 'default',
      cacheSecurityGroupNames: [],
      securityGroupIds: [],
      tags: [],
      snapshotArns: [],
      snapshotRetentionLimit: 0,
      autoMinorVersionUpgrade: true,
      transitEncryptionEnabled: false,
      logDeliveryConfigurations: [],
      networkType: 'ipv4',
      ipDiscovery: 'ipv4',
      automaticFailoverEnabled: false,
      multiAZEnabled: false,
      numCacheClusters: 1,
      preferredCacheClusterAZs: [],
      numNodeGroups: 1,
      replicasPerNodeGroup: 0,
      nodeGroupConfiguration: [],
      atRestEncryptionEnabled: false,
      userGroupIds: [],
      dataTieringEnabled: false,
      clusterMode: 'disabled',
      durability: 'default',
    }
    expect(planReplicationGroup(spelledOut, context)).toEqual(planReplicationGroup(minimal, context))
  })

  it('lower-cases the identifier and keeps the zone', () => {
    expect(
      planReplicationGroup(
        { ...minimal, replicationGroupId: 'Orders-EU', preferredCacheClusterAZs: ['local-1b'] },
        context,
      ),
    ).toMatchObject({ replicationGroupId: 'orders-eu', zones: ['local-1b'] })
  })

  it.each<[string, CreateReplicationGroupRequest, string]>([
    ['no id', { replicationGroupId: undefined }, 'The parameter replicationGroupId must be provided'],
    [
      'an id with two hyphens',
      { replicationGroupId: 'a--b' },
      'is not a valid identifier. Identifiers must begin',
    ],
    ['an id of 41 characters', { replicationGroupId: 'a'.repeat(41) }, 'at most 40'],
    ['no description', { description: undefined }, 'description must be provided'],
    ['a long description', { description: 'x'.repeat(256) }, 'at most 255'],
    ['a description with a NUL', { description: 'a\0b' }, 'control characters'],
    ['memcached', { engine: 'memcached' }, 'engine must be one of redis, valkey'],
    ['a patch level', { engineVersion: '6.2.6' }, "not allowed for '6.2.6', please use '6.2'"],
    ['no node type', { cacheNodeType: undefined }, 'cacheNodeType must be provided and must not be null'],
    ['an unknown node type', { cacheNodeType: 'cache.z9.huge' }, 'Invalid cache node type: cache.z9.huge'],
    ['a node type of the past', { cacheNodeType: 'cache.t2.micro' }, 'no longer created'],
    ['port 0', { port: 0 }, 'port must be between 1024 and 65535'],
    ['port 65536', { port: 65536 }, 'port must be between'],
    ['7 nodes', { numCacheClusters: 7 }, 'between 1 and 6'],
    ['no node', { numCacheClusters: 0 }, 'between 1 and 6'],
    ['501 shards', { numNodeGroups: 501 }, 'numNodeGroups must be between 1 and 500'],
    [
      '2 shards without cluster mode',
      { numNodeGroups: 2, clusterMode: 'disabled' },
      'numNodeGroups must be 1',
    ],
    ['6 replicas', { replicasPerNodeGroup: 6 }, 'between 0 and 5'],
    [
      'the configuration of 2 shards without cluster mode',
      { nodeGroupConfiguration: [{}, {}], clusterMode: 'disabled' },
      'has one shard',
    ],
    [
      'cluster mode without failover',
      { clusterMode: 'enabled', automaticFailoverEnabled: false },
      'with auto failover turned off',
    ],
    ['retention 36', { snapshotRetentionLimit: 36 }, 'between 0 and 35'],
    ['an RDB to restore', { snapshotArns: ['arn:aws:s3:::b/k.rdb'] }, 'snapshotArns'],
    ['user groups', { userGroupIds: ['g'] }, 'userGroupIds'],
    ['log delivery', { logDeliveryConfigurations: [{}] }, 'logDeliveryConfigurations'],
    ['data tiering', { dataTieringEnabled: true }, 'dataTieringEnabled'],
    ['a KMS key', { kmsKeyId: 'k' }, 'kmsKeyId'],
    ['encryption at rest', { atRestEncryptionEnabled: true }, 'atRestEncryptionEnabled must be false'],
    ['a cluster mode of another name', { clusterMode: 'both' }, 'clusterMode must be enabled, disabled'],
    ['tags', { tags: [{ key: 'a' }] }, 'tags'],
    ['IPv6', { networkType: 'ipv6' }, 'networkType must be ipv4'],
    ['a nonsense zone', { preferredCacheClusterAZs: ['Local 1a'] }, 'not the name of an availability zone'],
    [
      'a bad token',
      { authToken: new Secret('short'), transitEncryptionEnabled: true },
      'Invalid AuthToken provided.',
    ],
    [
      'a mode that is none',
      { transitEncryptionEnabled: true, transitEncryptionMode: 'always' },
      'must be preferred or required',
    ],
  ])('refuses %s as a value', (_, request, sentence) => {
    const error = refusal(request)
    expect(error.code).toBe('InvalidParameterValue')
    expect(error.message).toContain(sentence)
    expect(Object.keys(request)).toContain(error.details[0]?.path)
  })

  it.each<[string, CreateReplicationGroupRequest, string]>([
    ['a version nobody ships', { engineVersion: '7.4' }, 'Cannot find version 7.4 for redis'],
    [
      'a token without TLS',
      { authToken: new Secret('a'.repeat(16)) },
      'only when transitEncryptionEnabled is true',
    ],
    [
      'TLS beside plain text of an old version',
      { transitEncryptionMode: 'preferred', transitEncryptionEnabled: true, engineVersion: '6.0' },
      'needs redis 7.0 or later, or valkey',
    ],
    ['a mode without TLS', { transitEncryptionMode: 'required' }, 'set transitEncryptionEnabled to true'],
    ['automatic failover with one node', { automaticFailoverEnabled: true }, 'at least 2 cache clusters'],
    ['multi-AZ with one node', { multiAZEnabled: true }, 'at least one replica'],
    [
      'a group of another family',
      { cacheParameterGroupName: 'default.redis6.x' },
      'Expected a parameter group of family redis7 but found one of family redis6.x',
    ],
    [
      'a parameter group with cluster mode for a group without',
      { cacheParameterGroupName: 'default.redis7.cluster.on', clusterMode: 'disabled' },
      'Cluster mode should be disabled',
    ],
    [
      'a parameter group without cluster mode for a group with it',
      { cacheParameterGroupName: 'default.redis7', numNodeGroups: 2 },
      'Cluster mode should be enabled',
    ],
    [
      'cluster mode on an engine that cannot tell clients where to go',
      { clusterMode: 'enabled', engineVersion: '6.0' },
      'redis 7.0 or later',
    ],
    [
      'nodes counted otherwise than by shard',
      { numCacheClusters: 3, numNodeGroups: 2 },
      'replicasPerNodeGroup',
    ],
    ['a node type for valkey only', { cacheNodeType: 'cache.m8g.large' }, 'does not run redis'],
    [
      'a node type for newer versions',
      { cacheNodeType: 'cache.m7g.large', engineVersion: '6.0' },
      'from version 6.2 on',
    ],
    ['data tiering types', { cacheNodeType: 'cache.r6gd.xlarge' }, 'data tiering'],
    ['more zones than nodes', { preferredCacheClusterAZs: ['local-1a', 'local-1b'] }, 'as many zones'],
  ])('refuses %s as a combination', (_, request, sentence) => {
    const error = refusal(request)
    expect(error.code).toBe('InvalidParameterCombination')
    expect(error.message).toContain(sentence)
  })

  it('looks for named objects only when values and combinations are right', () => {
    expect(refusal({ cacheParameterGroupName: 'mine\n' }).code).toBe('CacheParameterGroupNotFound')
    expect(refusal({ cacheParameterGroupName: 'default.none' }).code).toBe('CacheParameterGroupNotFound')
    expect(refusal({ cacheSubnetGroupName: 'mine' }).code).toBe('CacheSubnetGroupNotFoundFault')
    expect(refusal({ cacheParameterGroupName: 'default.none', multiAZEnabled: true }).code).toBe(
      'InvalidParameterCombination',
    )
  })

  it('names a parameter group in lower case, of which only the store knows whether it is there', () => {
    expect(planReplicationGroup({ ...minimal, cacheParameterGroupName: 'Mine' }, context)).toMatchObject({
      cacheParameterGroupName: 'mine',
    })
  })

  it('reports all wrong values together, before any combination', () => {
    const error = refusal({ replicationGroupId: '-', port: 7, automaticFailoverEnabled: true })
    expect(error.code).toBe('InvalidParameterValue')
    expect(error.details.map((detail) => detail.path)).toEqual(['replicationGroupId', 'port'])
  })

  it('takes 6.x as the newest 6', () => {
    expect(planReplicationGroup({ ...minimal, engineVersion: '6.x' }, context)).toMatchObject({
      engineVersion: '6.0',
      cacheParameterGroupName: 'default.redis6.x',
    })
  })

  it('never repeats a token or an unprintable text in what it says', () => {
    const secret = `canary-${'x'.repeat(20)} "`
    const error = refusal({ authToken: new Secret(secret), cacheNodeType: '<script>\n', engineVersion: '\0' })
    const said = JSON.stringify([error.message, error.details])
    expect(said).not.toContain('canary')
    expect(said).not.toContain('script')
    expect(said).not.toContain('\\u0000')
  })

  it('answers any strings with a plan or a ServiceError that names members of the request', () => {
    const text = fc.option(fc.string(), { nil: undefined })
    fc.assert(
      fc.property(
        fc.record({
          replicationGroupId: text,
          description: text,
          engine: text,
          engineVersion: text,
          cacheNodeType: text,
          cacheParameterGroupName: text,
          snapshotWindow: text,
          preferredMaintenanceWindow: text,
          port: fc.option(fc.double(), { nil: undefined }),
        }),
        (request) => {
          try {
            planReplicationGroup(request, context)
          } catch (error) {
            expect(error).toBeInstanceOf(ServiceError)
            if (error instanceof ServiceError) {
              for (const { path } of error.details) expect(Object.keys(request)).toContain(path)
            }
          }
        },
      ),
    )
  })
})
