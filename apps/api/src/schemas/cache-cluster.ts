import { z } from 'zod'
import { Endpoint, EngineName, Marker, pagingQuery, queryBoolean, queryText, Timestamp } from './common.ts'
import { createMembers, later } from './create.ts'

export const CreateCacheCluster = z
  .strictObject({
    cacheClusterId: z.string().optional().meta({
      description: '1 to 50 letters, digits and single hyphens, a letter first. Kept in lower case.',
    }),
    engine: z.string().optional().meta({ description: '`memcached`, `redis` or `valkey`.' }),
    ...createMembers,
    replicationGroupId: later.text(),
    numCacheNodes: later.count('1.'),
    azMode: z.string().optional().meta({ description: '`single-az`; memcached only.' }),
    preferredAvailabilityZone: z
      .string()
      .optional()
      .meta({ description: 'As `GET /v1/availability-zones` lists it.' }),
    preferredAvailabilityZones: z
      .array(z.string())
      .optional()
      .meta({ description: 'One zone per node; memcached only.' }),
  })
  .meta({
    id: 'CreateCacheCluster',
    required: ['cacheClusterId', 'engine', 'cacheNodeType'],
    examples: [{ cacheClusterId: 'sessions', engine: 'memcached', cacheNodeType: 'cache.t4g.micro' }],
  })

const CacheNode = z
  .object({
    cacheNodeId: z.string(),
    cacheNodeStatus: z.enum(['creating', 'available', 'rebooting', 'deleting']),
    cacheNodeCreateTime: Timestamp.optional(),
    endpoint: Endpoint.optional(),
    parameterGroupStatus: z.string(),
    customerAvailabilityZone: z.string(),
  })
  .meta({ id: 'CacheNode' })

export const CacheCluster = z
  .object({
    cacheClusterId: z.string(),
    configurationEndpoint: Endpoint.optional().meta({ description: 'memcached only.' }),
    cacheNodeType: z.string(),
    engine: EngineName,
    engineVersion: z.string().meta({ description: 'With the patch level once the node runs.' }),
    cacheClusterStatus: z.enum([
      'creating',
      'available',
      'modifying',
      'snapshotting',
      'rebooting cluster nodes',
      'deleting',
      'create-failed',
    ]),
    statusReason: z
      .string()
      .optional()
      .meta({ description: 'Why it is not available: what failed, or what it waits for.' }),
    numCacheNodes: z.int(),
    preferredAvailabilityZone: z.string().meta({ description: '`Multiple` when nodes are in several.' }),
    cacheClusterCreateTime: Timestamp,
    preferredMaintenanceWindow: z.string(),
    pendingModifiedValues: z.object({}),
    cacheSecurityGroups: z.array(z.object({})),
    cacheParameterGroup: z.object({
      cacheParameterGroupName: z.string(),
      parameterApplyStatus: z.string(),
      cacheNodeIdsToReboot: z.array(z.string()),
    }),
    cacheSubnetGroupName: z.string(),
    cacheNodes: z
      .array(CacheNode)
      .optional()
      .meta({ description: 'Absent while the cluster is being created or deleted.' }),
    autoMinorVersionUpgrade: z.boolean(),
    securityGroups: z.array(z.object({})),
    replicationGroupId: z.string().optional(),
    snapshotRetentionLimit: z.int(),
    snapshotWindow: z.string().optional(),
    authTokenEnabled: z.boolean(),
    transitEncryptionEnabled: z.boolean(),
    transitEncryptionMode: z.enum(['preferred', 'required']).optional(),
    atRestEncryptionEnabled: z.boolean(),
    arn: z.string(),
    replicationGroupLogDeliveryEnabled: z.boolean(),
    logDeliveryConfigurations: z.array(z.object({})),
    networkType: z.enum(['ipv4', 'ipv6', 'dual_stack']),
    ipDiscovery: z.enum(['ipv4', 'ipv6']),
  })
  .meta({ id: 'CacheCluster' })

export type CacheClusterView = z.infer<typeof CacheCluster>

export const CacheClusterList = z
  .object({ cacheClusters: z.array(CacheCluster), marker: Marker })
  .meta({ id: 'CacheClusterList' })

const showCacheNodeInfo = (byDefault: boolean) =>
  queryBoolean(`Whether to answer \`cacheNodes\`; ${byDefault} when left out.`)

export const ListCacheClustersQuery = z.strictObject({
  ...pagingQuery,
  showCacheNodeInfo: showCacheNodeInfo(false),
  showCacheClustersNotInReplicationGroups: queryBoolean('Only clusters that belong to no replication group.'),
})
export const CacheClusterPath = z.strictObject({ cacheClusterId: z.string() })
export const GetCacheClusterQuery = z.strictObject({ showCacheNodeInfo: showCacheNodeInfo(true) })
export const DeleteCacheClusterQuery = z.strictObject({
  finalSnapshotIdentifier: queryText('Not available: leave it out.'),
})
export const RebootCacheCluster = z
  .strictObject({
    cacheNodeIdsToReboot: z
      .array(z.string())
      .optional()
      .meta({ description: 'Nodes that are restarted, and lose their data.' }),
  })
  .meta({
    id: 'RebootCacheCluster',
    required: ['cacheNodeIdsToReboot'],
    examples: [{ cacheNodeIdsToReboot: ['0001'] }],
  })
