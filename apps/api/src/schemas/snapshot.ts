import { z } from 'zod'
import { EngineName, Marker, pagingQuery, queryBoolean, queryText, Timestamp } from './common.ts'
import { later } from './create.ts'

export const CreateSnapshot = z
  .strictObject({
    snapshotName: z.string().optional().meta({
      description: '1 to 255 letters, digits and single hyphens, a letter first. Kept in lower case.',
    }),
    replicationGroupId: z.string().optional().meta({
      description:
        'Of what the snapshot is to be; or `cacheClusterId`. It is read from a replica where there is one.',
    }),
    cacheClusterId: z.string().optional().meta({
      description: 'A cache cluster, or the member of a replication group that is to be read.',
    }),
    snapshotArns: z.array(z.string()).optional().meta({
      description:
        'An RDB file to import, in place of a cache: `arn:aws:s3:::bucket/path/file.rdb`, with the `engine` that loads it and a `cacheNodeType` that it fits into.',
    }),
    engine: z.string().optional().meta({ description: 'With `snapshotArns`: `redis` or `valkey`.' }),
    engineVersion: z.string().optional().meta({
      description: 'With `snapshotArns`: the newest of the engine when left out.',
    }),
    cacheNodeType: z.string().optional().meta({
      description: 'With `snapshotArns`: the file is loaded within the memory of this type.',
    }),
    kmsKeyId: later.text(),
    tags: later.list(),
  })
  .meta({
    id: 'CreateSnapshot',
    required: ['snapshotName'],
    examples: [{ snapshotName: 'orders-monday', replicationGroupId: 'orders' }],
  })

export const CopySnapshot = z
  .strictObject({
    targetSnapshotName: z.string().optional().meta({
      description:
        'What the copy is to be called: 1 to 255 letters, digits and single hyphens, a letter first.',
    }),
    targetBucket: later.text(),
    kmsKeyId: later.text(),
    tags: later.list(),
  })
  .meta({
    id: 'CopySnapshot',
    required: ['targetSnapshotName'],
    examples: [{ targetSnapshotName: 'orders-kept' }],
  })

const NodeSnapshot = z
  .object({
    cacheClusterId: z.string().optional(),
    nodeGroupId: z.string().optional(),
    cacheNodeId: z.string().optional(),
    nodeGroupConfiguration: z
      .object({ nodeGroupId: z.string(), slots: z.string().optional() })
      .optional()
      .meta({ description: 'With `showNodeGroupConfig`.' }),
    cacheSize: z.string().meta({ description: '`5 MB`; empty until it has been read.' }),
    cacheNodeCreateTime: Timestamp.optional(),
    snapshotCreateTime: Timestamp.optional().meta({ description: 'The moment that the data is of.' }),
  })
  .meta({ id: 'NodeSnapshot' })

export const Snapshot = z
  .object({
    snapshotName: z.string(),
    snapshotStatus: z.enum(['creating', 'copying', 'available', 'restoring', 'deleting', 'failed']),
    statusReason: z.string().optional().meta({ description: 'Why it failed, or what it waits for.' }),
    snapshotSource: z.enum(['manual', 'automated']),
    replicationGroupId: z.string().optional(),
    replicationGroupDescription: z.string().optional(),
    cacheClusterId: z.string().optional(),
    cacheNodeType: z.string(),
    engine: EngineName,
    engineVersion: z.string(),
    numCacheNodes: z.int().optional(),
    preferredAvailabilityZone: z.string().optional(),
    cacheClusterCreateTime: Timestamp.optional(),
    preferredMaintenanceWindow: z.string().optional(),
    port: z.int().optional(),
    cacheParameterGroupName: z.string(),
    cacheSubnetGroupName: z.string(),
    autoMinorVersionUpgrade: z.boolean(),
    snapshotRetentionLimit: z.int(),
    snapshotWindow: z.string().optional(),
    numNodeGroups: z.int().optional(),
    automaticFailover: z.enum(['enabled', 'disabled', 'enabling', 'disabling']).optional(),
    nodeSnapshots: z.array(NodeSnapshot),
    arn: z.string(),
    dataTiering: z.enum(['enabled', 'disabled']),
  })
  .meta({ id: 'Snapshot' })

export type SnapshotView = z.infer<typeof Snapshot>

export const SnapshotList = z
  .object({ snapshots: z.array(Snapshot), marker: Marker })
  .meta({ id: 'SnapshotList' })

const showNodeGroupConfig = queryBoolean('Whether node snapshots say which slots they hold.')
export const SnapshotPath = z.strictObject({ snapshotName: z.string() })
export const ReadSnapshotQuery = z.strictObject({ showNodeGroupConfig })
export const ListSnapshotsQuery = z.strictObject({
  ...pagingQuery,
  replicationGroupId: queryText('Of this replication group only.'),
  cacheClusterId: queryText('Of this cache cluster only.'),
  snapshotSource: z.enum(['user', 'system']).optional().meta({
    description: '`user`: those that somebody asked for. `system`: automatic ones.',
  }),
  showNodeGroupConfig,
})

export const ExportSnapshotQuery = z.strictObject({
  nodeGroupId: queryText('Whose file, `0001`; needed where the snapshot has several.'),
})
export const ImportSnapshotQuery = z.strictObject({
  engine: queryText('What is to load it: `redis` or `valkey`.'),
  engineVersion: queryText('The newest of the engine when left out.'),
  cacheNodeType: queryText('It is loaded within the memory of this type.'),
})
export const RdbFile = z.unknown().meta({ type: 'string', format: 'binary' })
