import {
  cacheClusterStatus,
  formatSlots,
  newId,
  replicationGroupStatus,
  ServiceError,
  type Accepted,
  type CacheCluster,
  type Idempotency,
  type ReplicationGroup,
  type SnapshotOrigin,
  type SnapshotPlan,
  type SnapshotSource,
} from '@cacheplane/domain'
import type { Database } from '../database.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { asOneChange, lockWorkflowsOf } from './change-group.ts'
import { insertWorkflow } from './create-owner.ts'
import { findCacheCluster, findReplicationGroup } from './describe.ts'
import { recall, rememberKey } from './idempotency.ts'

const MANUAL_PER_DAY = 20

/** One file that is to be: of a node group, or of a cache cluster that stands alone. */
interface FilePlan {
  nodeGroupId: string
  nodeGroupRow: string | null
  slots: string | null
}

interface Source {
  row: string
  origin: SnapshotOrigin
  files: FilePlan[]
}

/** The rows of a snapshot and the workflow that will take it, or nothing. */
export function createSnapshot(
  db: Database,
  accountId: string,
  plan: SnapshotPlan,
  idempotency: Idempotency | null,
): Promise<Accepted> {
  return asOneChange(db, async (q) => {
    const known = await recall(q, { accountId, idempotency })
    if (known !== null) return known
    const source = await lockSource(q, accountId, plan.of)
    await refuseTooMany(q, source.row)
    const accepted = await insertSnapshot(q, accountId, plan.snapshotName, 'manual', source)
    await rememberKey(q, { accountId, idempotency }, accepted)
    return accepted
  })
}

export async function insertSnapshot(
  q: Queryable,
  accountId: string,
  snapshotName: string,
  kind: SnapshotSource,
  { row, origin, files }: Source,
): Promise<Accepted> {
  const id = newId('snapshot', q.random)
  const made = await q.run(sql`
    INSERT INTO snapshot (id, account_id, snapshot_name, source, source_row, origin)
    VALUES (${id}, ${accountId}, ${snapshotName}, ${kind}, ${row}, ${JSON.stringify(origin)}::jsonb)
    ON CONFLICT (account_id, snapshot_name) DO NOTHING`)
  if (made === 0)
    throw new ServiceError('SnapshotAlreadyExistsFault', `Snapshot ${snapshotName} already exists.`)
  for (const { nodeGroupId, nodeGroupRow, slots } of files)
    await q.run(sql`
      INSERT INTO snapshot_file (id, snapshot_id, node_group_id, node_group_row, slots)
      VALUES (${newId('snapshotFile', q.random)}, ${id}, ${nodeGroupId}, ${nodeGroupRow}, ${slots})`)
  return { resourceId: id, workflowId: await insertWorkflow(q, 'snapshot', id), replayed: false }
}

/** Throws unless a snapshot can be taken of it. Whoever changes it is shut out. */
export async function lockSource(q: Queryable, accountId: string, of: SnapshotPlan['of']): Promise<Source> {
  if (of.kind === 'replication-group') return ofGroup(await lockGroup(q, accountId, of.name), null)
  const cluster = await findCacheCluster(q, accountId, of.name)
  if (cluster === null) throw clusterNotFound(of.name)
  if (cluster.replicationGroupId !== null) {
    const group = await lockGroup(q, accountId, cluster.replicationGroupId)
    return ofGroup(group, cluster.cacheClusterId)
  }
  return ofCluster(await lockCluster(q, accountId, cluster))
}

async function lockGroup(q: Queryable, accountId: string, name: string): Promise<ReplicationGroup> {
  const found = await findReplicationGroup(q, accountId, name)
  if (found !== null) await lockWorkflowsOf(q, found.id)
  const group = found === null ? null : await findReplicationGroup(q, accountId, name)
  if (group === null)
    throw new ServiceError('ReplicationGroupNotFoundFault', `Replication group ${name} not found.`)
  if (group.clusterEnabled)
    throw notSupported(
      `Snapshots of replication groups with cluster mode are not available, and ${name} has it enabled.`,
    )
  const status = replicationGroupStatus(group)
  if (status === 'available') return group
  throw new ServiceError(
    'InvalidReplicationGroupState',
    `Replication group ${name} has status ${status}; a snapshot can be taken of one that is available.`,
  )
}

async function lockCluster(q: Queryable, accountId: string, { id, cacheClusterId }: CacheCluster) {
  await lockWorkflowsOf(q, id)
  const cluster = await findCacheCluster(q, accountId, cacheClusterId)
  if (cluster === null) throw clusterNotFound(cacheClusterId)
  if (cluster.engine === 'memcached')
    throw notSupported(
      'Snapshots are not supported for engine memcached, which cannot write out what it holds.',
    )
  const [busy] = await q.rows(sql`
    SELECT 1 FROM snapshotting_view WHERE "sourceRow" = ${id}`)
  const status = busy === undefined ? cacheClusterStatus(cluster) : 'snapshotting'
  if (status === 'available') return cluster
  throw new ServiceError(
    'InvalidCacheClusterState',
    `Cache cluster ${cacheClusterId} has status ${status}; a snapshot can be taken of one that is available.`,
  )
}

function ofGroup(group: ReplicationGroup, cacheClusterId: string | null): Source {
  const { replicationGroupId, description, automaticFailoverEnabled, clusterEnabled, createdAt } = group
  return {
    row: group.id,
    origin: {
      ...settingsOf(group),
      replicationGroupId: cacheClusterId === null ? replicationGroupId : null,
      replicationGroupDescription: cacheClusterId === null ? description : null,
      cacheClusterId,
      automaticFailoverEnabled,
      clusterEnabled,
      numNodeGroups: group.nodeGroups.length,
      preferredAvailabilityZone: null,
      createdAt,
    },
    files: group.nodeGroups.map(({ id, nodeGroupId, slots }) => ({
      nodeGroupId,
      nodeGroupRow: id,
      slots: slots.length === 0 ? null : formatSlots(slots),
    })),
  }
}

function ofCluster(cluster: CacheCluster): Source {
  return {
    row: cluster.id,
    origin: {
      ...settingsOf(cluster),
      replicationGroupId: null,
      replicationGroupDescription: null,
      cacheClusterId: cluster.cacheClusterId,
      automaticFailoverEnabled: false,
      clusterEnabled: false,
      numNodeGroups: 1,
      preferredAvailabilityZone: cluster.preferredAvailabilityZone,
      createdAt: cluster.createdAt,
    },
    files: [{ nodeGroupId: '0001', nodeGroupRow: null, slots: null }],
  }
}

function settingsOf(from: ReplicationGroup | CacheCluster) {
  return {
    engine: from.engine,
    engineVersion: from.engineVersion,
    cacheNodeType: from.cacheNodeType,
    cacheParameterGroupName: from.cacheParameterGroupName,
    port: from.port,
    transitEncryptionEnabled: from.transitEncryptionEnabled,
    authTokenEnabled: from.authTokenEnabled,
    autoMinorVersionUpgrade: from.autoMinorVersionUpgrade,
    preferredMaintenanceWindow: from.preferredMaintenanceWindow,
    snapshotRetentionLimit: from.snapshotRetentionLimit,
    snapshotWindow: from.snapshotWindow,
  }
}

async function refuseTooMany(q: Queryable, sourceRow: string): Promise<void> {
  const [{ count = 0 } = {}] = await q.rows<{ count: number }>(sql`
    SELECT count(*)::int FROM snapshot WHERE source_row = ${sourceRow} AND source = 'manual'
      AND created_at > clock_now() - interval '24 hours'`)
  if (count < MANUAL_PER_DAY) return
  throw new ServiceError(
    'SnapshotQuotaExceededFault',
    `The maximum number of manual snapshots for this cluster taken within 24 hours has been reached: ${MANUAL_PER_DAY}.`,
  )
}

const notSupported = (message: string) => new ServiceError('SnapshotFeatureNotSupportedFault', message)
const clusterNotFound = (name: string) =>
  new ServiceError('CacheClusterNotFound', `Cache cluster ${name} not found.`)
