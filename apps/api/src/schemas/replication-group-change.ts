import { Secret } from '@cacheplane/domain'
import { z } from 'zod'
import { later } from './create.ts'

const NODE_GROUP = 'The shard; without cluster mode `0001`.'
const AT_ONCE = 'Must be true: replicas come and go at once.'

export const ModifyReplicationGroup = z
  .strictObject({
    description: z.string().optional().meta({ description: 'At most 255 characters.' }),
    replicationGroupDescription: z
      .string()
      .optional()
      .meta({ description: 'What ElastiCache calls `description` in a request; give one of the two.' }),
    automaticFailoverEnabled: z
      .boolean()
      .optional()
      .meta({ description: 'Needs two nodes. Takes effect at once.' }),
    multiAZEnabled: z.boolean().optional().meta({
      description: 'Needs automatic failover and nodes in two availability zones. Takes effect at once.',
    }),
    primaryClusterId: z
      .string()
      .optional()
      .meta({
        description:
          'The member that is to become the primary, without loss of data. Needs `applyImmediately`, and automatic failover ' +
          'and Multi-AZ to be off.',
      }),
    autoMinorVersionUpgrade: z.boolean().optional(),
    preferredMaintenanceWindow: z
      .string()
      .optional()
      .meta({ description: 'Weekly, UTC, an hour to a day: `sun:05:00-sun:06:00`.' }),
    applyImmediately: z
      .boolean()
      .optional()
      .meta({
        description:
          'Must be true with `primaryClusterId`, `cacheParameterGroupName` and `authToken`. Without it, `engine`, `engineVersion`, `cacheNodeType` and encryption in transit wait for the ' +
          'maintenance window; with it they, and whatever waits, begin now. Everything else takes effect at once anyway.',
      }),
    nodeGroupId: z.string().optional().meta({ description: 'Ignored, as by ElastiCache.' }),
    engine: z.string().optional().meta({ description: 'From `redis` to `valkey`, never back.' }),
    engineVersion: z.string().optional().meta({
      description:
        'A newer one: nodes are replaced one after the other, and keep their data. An older one only brings back what is left of it.',
    }),
    cacheNodeType: z.string().optional().meta({
      description:
        'One of the allowed modifications: nodes are replaced one after the other, and keep their data.',
    }),
    cacheParameterGroupName: z.string().optional().meta({
      description: 'Of the family of its engine version, and of its cluster mode. Needs `applyImmediately`.',
    }),
    cacheSecurityGroupNames: later.texts(),
    securityGroupIds: later.texts(),
    notificationTopicArn: later.text(),
    notificationTopicStatus: later.text(),
    snapshottingClusterId: later.text(),
    snapshotRetentionLimit: z.int().optional().meta({
      description:
        'For how many days automatic snapshots are kept, 1 to 35. 0 turns them off and deletes those that there are.',
    }),
    snapshotWindow: z
      .string()
      .optional()
      .meta({ description: 'Daily, UTC, at least an hour: `05:00-06:00`.' }),
    authToken: z
      .string()
      .transform((token) => new Secret(token))
      .optional()
      .meta({
        description:
          'Another token for a group with TLS, as at the creation. Needs `applyImmediately`. Never answered.',
        writeOnly: true,
      }),
    authTokenUpdateStrategy: z
      .string()
      .optional()
      .meta({
        description:
          '`ROTATE` (the default): the token and the one before are both good. `SET`: only the token is; it must be the one that ' +
          'was rotated to last, or the first one.',
      }),
    userGroupIdsToAdd: later.texts(),
    userGroupIdsToRemove: later.texts(),
    removeUserGroups: later.flag(),
    logDeliveryConfigurations: later.list(),
    transitEncryptionEnabled: z.boolean().optional().meta({
      description:
        'True with `transitEncryptionMode` of `preferred` turns TLS on, beside plain text; false turns it off again, from `preferred`. Nodes are replaced one after the other, and keep their data.',
    }),
    transitEncryptionMode: z.string().optional().meta({
      description:
        '`preferred`: endpoints take TLS and plain text. `required`, from `preferred` only: TLS alone. Redis 7.0 or later, or Valkey.',
    }),
    clusterMode: z.string().optional().meta({
      description:
        "`enabled` for a group whose mode is `compatible`, with `applyImmediately` and nothing else; otherwise the group's own.",
    }),
    ipDiscovery: later.text(),
    durability: later.text(),
  })
  .meta({
    id: 'ModifyReplicationGroup',
    examples: [{ automaticFailoverEnabled: true, multiAZEnabled: true }],
  })

export const TestFailover = z
  .strictObject({ nodeGroupId: z.string().optional().meta({ description: NODE_GROUP }) })
  .meta({ id: 'TestFailover', required: ['nodeGroupId'], examples: [{ nodeGroupId: '0001' }] })

const ReplicaConfiguration = z.strictObject({
  nodeGroupId: z.string().optional().meta({ description: NODE_GROUP }),
  newReplicaCount: z.int().optional(),
  preferredAvailabilityZones: z.array(z.string()).optional().meta({
    description: 'A zone for the primary and for each replica, those that stand included: nodes do not move.',
  }),
})

const replicaCount = {
  newReplicaCount: z.int().optional().meta({ description: 'Of every shard, 0 to 5.' }),
  replicaConfiguration: z
    .array(ReplicaConfiguration)
    .optional()
    .meta({ description: 'An element for each shard that changes; instead of `newReplicaCount`.' }),
  applyImmediately: z.boolean().optional().meta({ description: AT_ONCE }),
}

export const IncreaseReplicaCount = z.strictObject(replicaCount).meta({
  id: 'IncreaseReplicaCount',
  required: ['applyImmediately'],
  examples: [{ newReplicaCount: 2, applyImmediately: true }],
})

export const DecreaseReplicaCount = z
  .strictObject({
    ...replicaCount,
    replicasToRemove: z
      .array(z.string())
      .optional()
      .meta({ description: 'Names of members, instead of a number. Never the primary.' }),
  })
  .meta({
    id: 'DecreaseReplicaCount',
    required: ['applyImmediately'],
    examples: [{ newReplicaCount: 1, applyImmediately: true }],
  })

const SHARDS_GO = 'Only for fewer shards, and only one of `nodeGroupsToRemove` and `nodeGroupsToRetain`.'

export const ModifyShardConfiguration = z
  .strictObject({
    nodeGroupCount: z
      .int()
      .optional()
      .meta({ description: 'How many shards there are to be, 1 to 90; as many as there are: equal shares.' }),
    applyImmediately: z.boolean().optional().meta({ description: 'Must be true.' }),
    reshardingConfiguration: z
      .array(
        z.strictObject({
          nodeGroupId: z
            .string()
            .optional()
            .meta({ description: 'The number of the new shard; the next one without it.' }),
          preferredAvailabilityZones: z
            .array(z.string())
            .optional()
            .meta({ description: 'A zone for each node; new shards have as many as the smallest one.' }),
        }),
      )
      .optional()
      .meta({ description: 'Only for more shards: an element for each new one.' }),
    nodeGroupsToRemove: z.array(z.string()).optional().meta({ description: SHARDS_GO }),
    nodeGroupsToRetain: z.array(z.string()).optional().meta({ description: SHARDS_GO }),
  })
  .meta({
    id: 'ModifyReplicationGroupShardConfiguration',
    required: ['nodeGroupCount', 'applyImmediately'],
    examples: [{ nodeGroupCount: 3, applyImmediately: true }],
  })
