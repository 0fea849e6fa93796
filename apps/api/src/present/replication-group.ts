import {
  type CacheCluster,
  formatSlots,
  type NodeGroup,
  nodeGroupStatus,
  type ReplicationGroup,
  replicationGroupStatus,
  reshardingProgress,
  standingNodes,
} from '@cacheplane/domain'
import type { ReplicationGroupView } from '../schemas/replication-group.ts'
import { arnOf } from '../operations/arn.ts'
import { presentPendingChoice, stoppedBecause } from './pending-values.ts'
import { endpointOf } from './node.ts'
import { statusReason } from './status-reason.ts'

const TOKEN_STATUS = { SET: 'SETTING', ROTATE: 'ROTATING' } as const

/** ElastiCache's ReplicationGroup shape (elasticache-reference, 1.2) in lowerCamelCase. Never the token. */
export function presentReplicationGroup(group: ReplicationGroup, region: string): ReplicationGroupView {
  const members = group.nodeGroups.flatMap((shard) => shard.members)
  const status = replicationGroupStatus(group)
  const reason =
    statusReason(status, group.workflow, [
      ...group.nodeGroups,
      ...members.flatMap((member) => member.nodes),
    ]) ?? stoppedBecause(group.pending)
  return {
    replicationGroupId: group.replicationGroupId,
    description: group.description,
    status,
    ...(reason !== undefined && { statusReason: reason }),
    pendingModifiedValues: {
      ...presentPendingChoice(group, group.pending),
      ...presentPendingMode(group.pending),
      ...(group.authTokenUpdate !== null && { authTokenStatus: TOKEN_STATUS[group.authTokenUpdate] }),
      ...presentResharding(group),
    },
    memberClusters: members.map((member) => member.cacheClusterId),
    ...(group.workflow.firstHomeAt !== null && {
      nodeGroups: group.nodeGroups.map((shard) => presentNodeGroup(group, shard)),
    }),
    automaticFailover: group.automaticFailoverEnabled ? 'enabled' : 'disabled',
    multiAZ: group.multiAZEnabled ? 'enabled' : 'disabled',
    snapshotRetentionLimit: group.snapshotRetentionLimit,
    ...(group.snapshotWindow !== null && { snapshotWindow: group.snapshotWindow }),
    clusterEnabled: group.clusterMode !== 'disabled',
    ...presentConfigurationEndpoint(group),
    cacheNodeType: group.cacheNodeType,
    authTokenEnabled: group.authTokenEnabled,
    ...(group.authTokenLastModifiedDate !== null && {
      authTokenLastModifiedDate: group.authTokenLastModifiedDate.toISOString(),
    }),
    transitEncryptionEnabled: group.transitEncryptionMode !== null,
    ...(group.transitEncryptionMode !== null && { transitEncryptionMode: group.transitEncryptionMode }),
    atRestEncryptionEnabled: group.atRestEncryptionEnabled,
    storageEncryptionType: 'none',
    arn: arnOf(region, group.accountId, 'replicationgroup', group.replicationGroupId),
    userGroupIds: [],
    logDeliveryConfigurations: [],
    replicationGroupCreateTime: group.createdAt.toISOString(),
    dataTiering: 'disabled',
    autoMinorVersionUpgrade: group.autoMinorVersionUpgrade,
    networkType: 'ipv4',
    ipDiscovery: 'ipv4',
    clusterMode: group.clusterMode,
    engine: group.engine,
  }
}

function presentResharding(group: ReplicationGroup) {
  const progressPercentage = reshardingProgress(group)
  return progressPercentage === null ? {} : { resharding: { slotMigration: { progressPercentage } } }
}

type NodeGroupView = NonNullable<ReplicationGroupView['nodeGroups']>[number]

/** Clients stay with the endpoint whoever the primary is; it reads from the primary while there is no replica. */
function presentNodeGroup({ clusterMode }: ReplicationGroup, shard: NodeGroup): NodeGroupView {
  const common = { nodeGroupId: shard.nodeGroupId, status: nodeGroupStatus(shard) }
  if (clusterMode === 'enabled' || shard.endpoint === null) return { ...common, ...presentInCluster(shard) }
  const { address, primaryPort, readerPort } = shard.endpoint
  return {
    ...common,
    ...(clusterMode === 'compatible' && { slots: formatSlots(shard.slots) }),
    primaryEndpoint: { address, port: primaryPort },
    readerEndpoint: { address, port: readerPort },
    nodeGroupMembers: shard.members.flatMap((member) => presentMember(member, shard.primaryNodeId)),
  }
}

/** Who is primary is for the cluster to say: its clients ask it, and ElastiCache does not show it either. */
function presentInCluster({ slots, members }: NodeGroup): Pick<NodeGroupView, 'slots' | 'nodeGroupMembers'> {
  return {
    ...(slots.length > 0 && { slots: formatSlots(slots) }),
    nodeGroupMembers: members.flatMap(({ cacheClusterId, nodes }) =>
      nodes.map(({ cacheNodeId, zone }) => ({
        cacheClusterId,
        cacheNodeId,
        preferredAvailabilityZone: zone,
      })),
    ),
  }
}

function presentPendingMode(pending: ReplicationGroup['pending']) {
  const clusterMode = pending?.clusterMode ?? null
  return clusterMode === null ? {} : { clusterMode }
}

/** On the way into a cluster, the endpoint is there before it leads anywhere. */
function presentConfigurationEndpoint({
  clusterMode,
  configurationEndpoint: endpoint,
  workflow,
}: ReplicationGroup) {
  if (clusterMode === 'disabled' || endpoint === null || workflow.firstHomeAt === null) return {}
  return { configurationEndpoint: { address: endpoint.address, port: endpoint.readerPort } }
}

function presentMember(member: CacheCluster, primaryNodeId: string): NodeGroupView['nodeGroupMembers'] {
  return standingNodes(member.nodes).map((node) => ({
    cacheClusterId: member.cacheClusterId,
    cacheNodeId: node.cacheNodeId,
    readEndpoint: endpointOf(node),
    preferredAvailabilityZone: node.zone,
    currentRole: node.id === primaryNodeId ? 'primary' : 'replica',
  }))
}
