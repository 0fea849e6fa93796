import { Secret } from '@cacheplane/domain'
import { z } from 'zod'

const text = (description: string) => z.string().optional().meta({ description })
const refused = 'Not available; only the value that means the same as leaving it out is accepted.'

export const later = {
  text: () => z.string().optional().meta({ description: refused }),
  texts: () => z.array(z.string()).optional().meta({ description: refused }),
  list: () => z.array(z.unknown()).optional().meta({ description: refused }),
  flag: () => z.boolean().optional().meta({ description: refused }),
  count: (description: string) => z.int().optional().meta({ description }),
}

/** Members that both create requests share. What a value may be is judged by the domain, which knows ElastiCache's words. */
export const createMembers = {
  engineVersion: text('As `GET /v1/engine-versions` lists it; the default of the engine when left out.'),
  cacheNodeType: text('As `GET /v1/node-types` lists it.'),
  cacheParameterGroupName: text(
    "A parameter group of the engine's family; the family's default, for example `default.redis7`, when left out. `default.redis7.cluster.on` asks for cluster mode, and so does one of your own with `cluster-enabled` `yes`.",
  ),
  cacheSubnetGroupName: text('`default`.'),
  cacheSecurityGroupNames: later.texts(),
  securityGroupIds: later.texts(),
  tags: later.list(),
  snapshotArns: z.array(z.string()).optional().meta({
    description:
      'An RDB file in an S3 bucket to begin with, as in `arn:aws:s3:::bucket/file.rdb`; with cluster mode several, whose keys are shared out over the shards. redis and valkey only.',
  }),
  snapshotName: text(
    'The snapshot to begin with; redis and valkey only. Engine, version, node type and, with cluster mode, shards are as in the snapshot when left out.',
  ),
  snapshotRetentionLimit: z.int().optional().meta({
    description:
      'For how many days the automatic snapshots of a replication group are kept, 1 to 35; one is taken every day. 0, as when left out: none. Not of a cache cluster.',
  }),
  snapshotWindow: text('Daily, UTC, at least an hour: `05:00-06:00`. Chosen when left out.'),
  preferredMaintenanceWindow: text(
    'Weekly, UTC, an hour to a day: `sun:05:00-sun:06:00`. Chosen when left out.',
  ),
  port: z.int().optional().meta({ description: '1024 to 65535. One from the service’s pool when left out.' }),
  notificationTopicArn: later.text(),
  autoMinorVersionUpgrade: z.boolean().optional().meta({ description: 'True when left out.' }),
  authToken: z
    .string()
    .transform((token) => new Secret(token))
    .optional()
    .meta({
      description:
        'Password of the default user: 16 to 128 letters, digits and `! & # $ ^ < > -`. Needs `transitEncryptionEnabled`; replication groups only. Never answered.',
      writeOnly: true,
    }),
  transitEncryptionEnabled: z
    .boolean()
    .optional()
    .meta({ description: 'Clients speak TLS. False when left out.' }),
  transitEncryptionMode: text(
    'With `transitEncryptionEnabled`: `required`, as when left out, takes no plain connections; `preferred` takes both, for replication groups of redis 7.0 or later and of valkey.',
  ),
  logDeliveryConfigurations: later.list(),
  networkType: text('`ipv4`.'),
  ipDiscovery: text('`ipv4`.'),
}
