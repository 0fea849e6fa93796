import { formatSlots, type Snapshot, type SnapshotFile, snapshotStatus } from '@cacheplane/domain'
import { arnOf } from '../operations/arn.ts'
import type { SnapshotView } from '../schemas/snapshot.ts'

const MEGABYTE = 1024 ** 2

/** ElastiCache's Snapshot shape (elasticache-reference, 1.2) in lowerCamelCase. */
export function presentSnapshot(snapshot: Snapshot, region: string, showConfig: boolean): SnapshotView {
  const { origin, workflow } = snapshot
  const status = snapshotStatus(snapshot)
  const reason = status === 'failed' ? workflow.failure : status === 'creating' ? workflow.because : null
  return {
    snapshotName: snapshot.snapshotName,
    snapshotStatus: status,
    ...(reason !== null && { statusReason: reason }),
    snapshotSource: snapshot.source,
    ...(origin.cacheClusterId === null ? ofGroup(snapshot) : ofCluster(snapshot)),
    cacheNodeType: origin.cacheNodeType,
    engine: origin.engine,
    engineVersion: origin.engineVersion,
    ...(origin.port !== null && { port: origin.port }),
    cacheParameterGroupName: origin.cacheParameterGroupName,
    cacheSubnetGroupName: 'default',
    autoMinorVersionUpgrade: origin.autoMinorVersionUpgrade,
    snapshotRetentionLimit: origin.snapshotRetentionLimit,
    ...(origin.snapshotWindow !== null && { snapshotWindow: origin.snapshotWindow }),
    nodeSnapshots: snapshot.files.map((file) => presentFile(file, showConfig)),
    arn: arnOf(region, snapshot.accountId, 'snapshot', snapshot.snapshotName),
    dataTiering: 'disabled',
  }
}

function ofGroup({ origin }: Snapshot): Partial<SnapshotView> {
  return {
    ...(origin.replicationGroupId !== null && { replicationGroupId: origin.replicationGroupId }),
    ...(origin.replicationGroupDescription !== null && {
      replicationGroupDescription: origin.replicationGroupDescription,
    }),
    numNodeGroups: origin.numNodeGroups,
    automaticFailover: origin.automaticFailoverEnabled ? 'enabled' : 'disabled',
  }
}

function ofCluster({ origin }: Snapshot): Partial<SnapshotView> {
  return {
    ...(origin.cacheClusterId !== null && { cacheClusterId: origin.cacheClusterId }),
    numCacheNodes: 1,
    ...(origin.preferredAvailabilityZone !== null && {
      preferredAvailabilityZone: origin.preferredAvailabilityZone,
    }),
    cacheClusterCreateTime: origin.createdAt.toISOString(),
    preferredMaintenanceWindow: origin.preferredMaintenanceWindow,
  }
}

function presentFile(
  { nodeGroupId, slots, content }: SnapshotFile,
  showConfig: boolean,
): SnapshotView['nodeSnapshots'][number] {
  return {
    nodeGroupId,
    ...(showConfig && {
      nodeGroupConfiguration: { nodeGroupId, ...(slots.length > 0 && { slots: formatSlots(slots) }) },
    }),
    cacheSize: content === null ? '' : `${Math.max(1, Math.round(content.bytes / MEGABYTE))} MB`,
    ...(content !== null && {
      ...(content.cacheClusterId !== null && { cacheClusterId: content.cacheClusterId }),
      ...(content.cacheNodeId !== null && { cacheNodeId: content.cacheNodeId }),
      ...(content.cacheNodeCreatedAt !== null && {
        cacheNodeCreateTime: content.cacheNodeCreatedAt.toISOString(),
      }),
      snapshotCreateTime: content.capturedAt.toISOString(),
    }),
  }
}
