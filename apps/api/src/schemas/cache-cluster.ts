import { Secret } from '@cacheplane/domain'
import { z } from 'zod'
import { Endpoint, EngineName, Marker, pagingQuery, queryBoolean, queryText, Timestamp } from './common.ts'
import { createMembers, later } from './create.ts'
import { PendingModifiedValues } from './pending-values.ts'

const saslUsers = z
  .array(
    z.strictObject({
      userName: z.string().optional(),
      password: z
        .string()
        .transform((password) => new Secret(password))
        .optional()
        .meta({ description: '16 to 128 characters. Never answered.', writeOnly: true }),
    }),
  )
  .optional()

export const CreateCacheCluster = z
  .strictObject({
    cacheClusterId: z.string().optional().meta({
      description: '1 to 50 letters, digits and single hyphens, a letter first. Kept in lower case.',
    }),
    engine: z.string().optional().meta({
      description:
        '`memcached`, `redis` or `valkey`. Needed without `snapshotName`, and so is `cacheNodeType`.',
    }),
    ...createMembers,
    replicationGroupId: later.text(),
    numCacheNodes: z
      .int()
      .optional()
      .meta({ description: '1 to 60 for memcached, otherwise 1. 1 when left out.' }),
    azMode: z.string().optional().meta({
      description:
        '`single-az`: all nodes in one zone; `cross-az`: spread. memcached only; `single-az` when left out.',
    }),
    preferredAvailabilityZone: z
      .string()
      .optional()
      .meta({ description: 'For all nodes, as `GET /v1/availability-zones` lists it.' }),
    preferredAvailabilityZones: z
      .array(z.string())
      .optional()
      .meta({ description: 'One zone per node; memcached only.' }),
    saslUsers: saslUsers.meta({
      description:
        'Up to 7 users who may log in, in the text protocol; nobody else is heard. memcached only, and none of ElastiCache’s.',
    }),
  })
  .meta({
    id: 'CreateCacheCluster',
    required: ['cacheClusterId'],
    examples: [{ cacheClusterId: 'sessions', engine: 'memcached', cacheNodeType: 'cache.t4g.micro' }],
  })

const ApplyStatus = z.enum(['in-sync', 'applying', 'pending-reboot']).meta({
  description: '`pending-reboot`: a value of the parameter group is taken up when the node is restarted.',
})

const CacheNode = z
  .object({
    cacheNodeId: z.string(),
    cacheNodeStatus: z.enum(['creating', 'available', 'rebooting', 'deleting']),
    cacheNodeCreateTime: Timestamp.optional(),
    endpoint: Endpoint.optional(),
    parameterGroupStatus: ApplyStatus,
    customerAvailabilityZone: z.string(),
  })
  .meta({ id: 'CacheNode' })

export const CacheCluster = z
  .object({
    cacheClusterId: z.string(),
    configurationEndpoint: Endpoint.optional().meta({
      description:
        'memcached only: shows auto discovery the nodes, and takes ordinary commands for the first of them.',
    }),
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
      'restore-failed',
    ]),
    statusReason: z
      .string()
      .optional()
      .meta({ description: 'Why it is not available: what failed, or what it waits for.' }),
    numCacheNodes: z.int().meta({ description: 'As auto discovery shows them.' }),
    preferredAvailabilityZone: z.string().meta({ description: '`Multiple` when nodes are in several.' }),
    cacheClusterCreateTime: Timestamp,
    preferredMaintenanceWindow: z.string(),
    pendingModifiedValues: PendingModifiedValues.extend({
      numCacheNodes: z.int().optional(),
      cacheNodeIdsToRemove: z.array(z.string()).optional(),
    }).meta({ id: 'PendingModifiedClusterValues' }),
    cacheSecurityGroups: z.array(z.object({})),
    cacheParameterGroup: z.object({
      cacheParameterGroupName: z.string(),
      parameterApplyStatus: ApplyStatus,
      cacheNodeIdsToReboot: z.array(z.string()),
    }),
    cacheSubnetGroupName: z.string(),
    cacheNodes: z
      .array(CacheNode)
      .optional()
      .meta({ description: 'Absent while the cluster is being created or deleted.' }),
    autoMinorVersionUpgrade: z.boolean(),
    securityGroups: z.array(z.object({})),
    saslUsers: z
      .array(z.object({ userName: z.string() }))
      .optional()
      .meta({ description: 'Who may log in; absent lets everybody in.' }),
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
  finalSnapshotIdentifier: queryText(
    'The name of a snapshot to be taken first. The cluster goes once it is kept, and stays when that fails; not memcached.',
  ),
})
export const ModifyCacheCluster = z
  .strictObject({
    numCacheNodes: z.int().optional().meta({
      description:
        'How many nodes there are to be; memcached only. Takes the place of a change that still waits, and as many as there are takes that back.',
    }),
    cacheNodeIdsToRemove: z
      .array(z.string())
      .optional()
      .meta({ description: 'Exactly as many nodes as are to go.' }),
    newAvailabilityZones: z
      .array(z.string())
      .optional()
      .meta({ description: 'One zone for each node that is added.' }),
    azMode: z
      .string()
      .optional()
      .meta({ description: '`single-az` or `cross-az`. Nodes that stand stay where they are.' }),
    applyImmediately: z.boolean().optional().meta({
      description:
        'Without it, nodes come and go in the maintenance window; with it at once, and what waits as well. Must be true with `cacheParameterGroupName`; everything else takes effect at once anyway.',
    }),
    autoMinorVersionUpgrade: z.boolean().optional(),
    preferredMaintenanceWindow: z
      .string()
      .optional()
      .meta({ description: 'Weekly, UTC, an hour to a day: `sun:05:00-sun:06:00`.' }),
    engine: later.text(),
    engineVersion: later.text(),
    cacheNodeType: later.text(),
    cacheParameterGroupName: z
      .string()
      .optional()
      .meta({ description: 'Of the family of its engine version. Needs `applyImmediately`.' }),
    cacheSecurityGroupNames: later.texts(),
    securityGroupIds: later.texts(),
    notificationTopicArn: later.text(),
    notificationTopicStatus: later.text(),
    snapshotRetentionLimit: later.count('0: automatic snapshots are not available.'),
    snapshotWindow: later.text(),
    authToken: z
      .string()
      .transform((token) => new Secret(token))
      .optional()
      .meta({ description: 'Not available: cache clusters take no token.', writeOnly: true }),
    authTokenUpdateStrategy: later.text(),
    logDeliveryConfigurations: later.list(),
    ipDiscovery: later.text(),
    saslUsers: saslUsers.meta({
      description:
        'All who may log in from now on, 1 to 7, at once; of a memcached cluster that was created with some. Connections that have logged in stay.',
    }),
    scaleConfig: z.unknown().optional().meta({ description: 'Not available: leave it out.' }),
  })
  .meta({ id: 'ModifyCacheCluster', examples: [{ numCacheNodes: 3, applyImmediately: true }] })

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
