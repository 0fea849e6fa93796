import { ServiceError } from '@cacheplane/domain'
import { z } from 'zod'
import { Endpoint, EngineName, Marker, pagingQuery, queryBoolean, queryText, Timestamp } from './common.ts'
import { createMembers, later } from './create.ts'
import { PendingModifiedValues, Resharding } from './pending-values.ts'

const NodeGroupConfiguration = z.strictObject({
  nodeGroupId: z.string().optional().meta({
    description: '`0001`; with cluster mode one to four digits. Numbered in order when left out.',
  }),
  slots: z.string().optional().meta({
    description: 'Cluster mode only: `0-5460,10923`. Equal shares when all shards leave it out.',
  }),
  replicaCount: z.int().optional().meta({ description: '0 to 5.' }),
  primaryAvailabilityZone: z.string().optional(),
  replicaAvailabilityZones: z.array(z.string()).optional().meta({ description: 'One zone per replica.' }),
})

export const CreateReplicationGroup = z
  .strictObject({
    replicationGroupId: z.string().optional().meta({
      description: '1 to 40 letters, digits and single hyphens, a letter first. Kept in lower case.',
    }),
    description: z.string().optional().meta({ description: 'At most 255 characters.' }),
    replicationGroupDescription: z
      .string()
      .optional()
      .meta({ description: 'What ElastiCache calls `description` in a request; give one of the two.' }),
    engine: z.string().optional().meta({ description: '`redis` or `valkey`; `redis` when left out.' }),
    ...createMembers,
    primaryClusterId: later.text(),
    globalReplicationGroupId: later.text(),
    serverlessCacheSnapshotName: later.text(),
    automaticFailoverEnabled: z.boolean().optional().meta({
      description:
        'Whether a replica takes over when the primary is lost. Needs two nodes. False when left out.',
    }),
    multiAZEnabled: z.boolean().optional().meta({
      description:
        'Needs automatic failover, and nodes in two availability zones at least. False when left out.',
    }),
    numCacheClusters: z
      .int()
      .optional()
      .meta({ description: 'The primary and its replicas, 1 to 6; 1 when left out.' }),
    preferredCacheClusterAZs: z.array(z.string()).optional().meta({
      description:
        'One zone per node, the first for the primary, as `GET /v1/availability-zones` lists them.',
    }),
    numNodeGroups: z
      .int()
      .optional()
      .meta({ description: 'Shards, 1 to 90. More than one means cluster mode.' }),
    replicasPerNodeGroup: z.int().optional().meta({
      description:
        '0 to 5, of each shard. Without cluster mode another way to say `numCacheClusters`, less one.',
    }),
    nodeGroupConfiguration: z.array(NodeGroupConfiguration).optional().meta({
      description: 'An element for each shard: how many replicas, where, and with cluster mode which slots.',
    }),
    atRestEncryptionEnabled: z.boolean().optional().meta({
      description: 'False: nodes keep data in memory and write none to disk, so there is nothing to encrypt.',
    }),
    kmsKeyId: later.text(),
    userGroupIds: later.texts(),
    dataTieringEnabled: later.flag(),
    clusterMode: z.string().optional().meta({
      description:
        '`enabled`, `disabled` or `compatible`: one shard for clients of a cluster and for others, each at endpoints of their own. When left out, enabled by several shards or a parameter group that ends with `.cluster.on`.',
    }),
    durability: later.text(),
  })
  .meta({
    id: 'CreateReplicationGroup',
    required: ['replicationGroupId', 'description', 'cacheNodeType'],
    examples: [
      {
        replicationGroupId: 'orders',
        description: 'Order cache',
        engine: 'valkey',
        cacheNodeType: 'cache.t4g.micro',
        transitEncryptionEnabled: true,
      },
    ],
  })

/**
 * A request may use ElastiCache's request member for the description, or the one that answers use.
 *
 * @throws ServiceError when it uses both for different texts: neither is silently dropped
 */
export function oneDescription<
  Body extends { description?: string | undefined; replicationGroupDescription?: string | undefined },
>({ replicationGroupDescription: alias, ...body }: Body) {
  if (alias === undefined) return body
  if (body.description === undefined || body.description === alias) return { ...body, description: alias }
  const message = 'Give the description once: description and replicationGroupDescription are the same.'
  throw new ServiceError('InvalidParameterCombination', message, [
    { path: 'replicationGroupDescription', message },
  ])
}

const NodeGroupMember = z
  .object({
    cacheClusterId: z.string(),
    cacheNodeId: z.string(),
    readEndpoint: Endpoint.optional(),
    preferredAvailabilityZone: z.string(),
    currentRole: z.enum(['primary', 'replica']).optional(),
  })
  .meta({ id: 'NodeGroupMember' })

const NodeGroup = z
  .object({
    nodeGroupId: z.string(),
    status: z.enum(['creating', 'available', 'modifying', 'deleting']),
    primaryEndpoint: Endpoint.optional(),
    readerEndpoint: Endpoint.optional(),
    slots: z.string().optional().meta({ description: 'Cluster mode only.' }),
    nodeGroupMembers: z.array(NodeGroupMember),
  })
  .meta({ id: 'NodeGroup' })

export const ReplicationGroup = z
  .object({
    replicationGroupId: z.string(),
    description: z.string(),
    status: z.enum(['creating', 'available', 'modifying', 'snapshotting', 'deleting', 'create-failed']),
    statusReason: z
      .string()
      .optional()
      .meta({ description: 'Why it is not available: what failed, or what it waits for.' }),
    pendingModifiedValues: PendingModifiedValues.extend({
      authTokenStatus: z
        .enum(['SETTING', 'ROTATING'])
        .optional()
        .meta({ description: 'While a change of the token has not reached every node.' }),
      resharding: Resharding.optional(),
    }).meta({ id: 'PendingModifiedGroupValues' }),
    memberClusters: z.array(z.string()),
    nodeGroups: z
      .array(NodeGroup)
      .optional()
      .meta({ description: 'Absent while the group is being created.' }),
    automaticFailover: z.enum(['enabled', 'disabled', 'enabling', 'disabling']),
    multiAZ: z.enum(['enabled', 'disabled']),
    snapshotRetentionLimit: z.int(),
    snapshotWindow: z.string().optional(),
    clusterEnabled: z.boolean(),
    configurationEndpoint: Endpoint.optional().meta({
      description: 'Cluster mode only: where clients start. Absent while the group is being created.',
    }),
    cacheNodeType: z.string(),
    authTokenEnabled: z.boolean(),
    authTokenLastModifiedDate: Timestamp.optional(),
    transitEncryptionEnabled: z.boolean(),
    transitEncryptionMode: z.enum(['preferred', 'required']).optional(),
    atRestEncryptionEnabled: z.boolean(),
    storageEncryptionType: z.enum(['none', 'sse-elasticache', 'sse-kms']),
    arn: z.string(),
    userGroupIds: z.array(z.string()),
    logDeliveryConfigurations: z.array(z.object({})),
    replicationGroupCreateTime: Timestamp,
    dataTiering: z.enum(['enabled', 'disabled']),
    autoMinorVersionUpgrade: z.boolean(),
    networkType: z.enum(['ipv4', 'ipv6', 'dual_stack']),
    ipDiscovery: z.enum(['ipv4', 'ipv6']),
    clusterMode: z.enum(['enabled', 'disabled', 'compatible']),
    engine: EngineName,
  })
  .meta({ id: 'ReplicationGroup' })

export type ReplicationGroupView = z.infer<typeof ReplicationGroup>

export const ReplicationGroupList = z
  .object({ replicationGroups: z.array(ReplicationGroup), marker: Marker })
  .meta({ id: 'ReplicationGroupList' })

export const ListReplicationGroupsQuery = z.strictObject(pagingQuery)
export const ReplicationGroupPath = z.strictObject({ replicationGroupId: z.string() })
export const DeleteReplicationGroupQuery = z.strictObject({
  retainPrimaryCluster: queryBoolean('Must be false or left out.'),
  finalSnapshotIdentifier: queryText(
    'The name of a snapshot to be taken first, from the primary. The group goes once it is kept, and stays when that fails.',
  ),
})
