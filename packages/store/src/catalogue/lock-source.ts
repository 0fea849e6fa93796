import {
  cacheClusterStatus,
  formatSlots,
  replicationGroupStatus,
  ServiceError,
  type CacheCluster,
  type ReplicationGroup,
  type SnapshotOrigin,
  type SnapshotPlan,
} from '@cacheplane/domain'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { lockWorkflowsOf } from './change-group.ts'
import { findCacheCluster, findReplicationGroup } from './describe.ts'

/** One file that is to be: of a node group, or of a cache cluster that stands alone. */
interface FilePlan {
  nodeGroupId: string
  nodeGroupRow: string | null
  slots: string | null
}

/** Of what a snapshot is to be. */
export interface Source {
  row: string
  origin: SnapshotOrigin
  files: FilePlan[]
}

/** Throws unless a snapshot can be taken of it. Whoever changes it is shut out. */
export async function lockSource(q: Queryable, accountId: string, of: SnapshotPlan['of']): Promise<Source> {
  if (of.kind === 'replication-group') return ofGroup(await lockGroup(q, accountId, of.name), null)
  const cluster = await findCacheCluster(q, accountId, of.name)
  if (cluster === null) throw clusterNotFound(of.name)
  if (cluster.replicationGroupId !== null) {
    const group = await lockGroup(q, accountId, cluster.replicationGroupId)
    if (group.clusterEnabled)
      throw notSupported(
        `Cache cluster ${of.name} is a member of replication group ${group.replicationGroupId}, which has cluster mode enabled: a snapshot is of all of its shards, so name replicationGroupId.`,
      )
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
    transitEncryptionMode: from.transitEncryptionMode,
    authTokenEnabled: from.authTokenEnabled,
    autoMinorVersionUpgrade: from.autoMinorVersionUpgrade,
    preferredMaintenanceWindow: from.preferredMaintenanceWindow,
    snapshotRetentionLimit: from.snapshotRetentionLimit,
    snapshotWindow: from.snapshotWindow,
  }
}

const notSupported = (message: string) => new ServiceError('SnapshotFeatureNotSupportedFault', message)
const clusterNotFound = (name: string) =>
  new ServiceError('CacheClusterNotFound', `Cache cluster ${name} not found.`)
