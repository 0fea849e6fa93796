import {
  type CacheCluster,
  isDeleting,
  type NodeGroup,
  nodeStatus,
  type ReplicationGroup,
  replicationGroupStatus,
} from '@cacheplane/domain'
import type { ReplicationGroupView } from '../schemas/replication-group.ts'
import { arnOf } from '../operations/arn.ts'
import { endpointOf, statusReason } from './node.ts'

/** ElastiCache's ReplicationGroup shape (elasticache-reference, 1.2) in lowerCamelCase. Never the token. */
export function presentReplicationGroup(group: ReplicationGroup, region: string): ReplicationGroupView {
  const members = group.nodeGroups.flatMap((shard) => shard.members)
  const status = replicationGroupStatus(group)
  const reason = statusReason(
    status,
    group.workflow,
    members.flatMap((member) => member.nodes),
  )
  return {
    replicationGroupId: group.replicationGroupId,
    description: group.description,
    status,
    ...(reason !== undefined && { statusReason: reason }),
    pendingModifiedValues: {},
    memberClusters: members.map((member) => member.cacheClusterId),
    ...(group.workflow.firstHomeAt !== null && { nodeGroups: group.nodeGroups.map(presentNodeGroup) }),
    automaticFailover: 'disabled',
    multiAZ: 'disabled',
    snapshotRetentionLimit: group.snapshotRetentionLimit,
    ...(group.snapshotWindow !== null && { snapshotWindow: group.snapshotWindow }),
    clusterEnabled: false,
    cacheNodeType: group.cacheNodeType,
    authTokenEnabled: group.authTokenEnabled,
    ...(group.authTokenLastModifiedDate !== null && {
      authTokenLastModifiedDate: group.authTokenLastModifiedDate.toISOString(),
    }),
    transitEncryptionEnabled: group.transitEncryptionEnabled,
    ...(group.transitEncryptionEnabled && { transitEncryptionMode: 'required' as const }),
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
    clusterMode: 'disabled',
    engine: group.engine,
  }
}

type NodeGroupView = NonNullable<ReplicationGroupView['nodeGroups']>[number]

function presentNodeGroup(shard: NodeGroup): NodeGroupView {
  const primary = shard.members
    .flatMap((member) => member.nodes)
    .find((node) => node.id === shard.primaryNodeId)
  return {
    nodeGroupId: shard.nodeGroupId,
    status: nodeGroupStatus(shard),
    ...(primary !== undefined && {
      primaryEndpoint: endpointOf(primary),
      readerEndpoint: endpointOf(primary),
    }),
    nodeGroupMembers: shard.members.flatMap((member) => presentMember(member, shard.primaryNodeId)),
  }
}

function presentMember(member: CacheCluster, primaryNodeId: string): NodeGroupView['nodeGroupMembers'] {
  return member.nodes.map((node) => ({
    cacheClusterId: member.cacheClusterId,
    cacheNodeId: node.cacheNodeId,
    readEndpoint: endpointOf(node),
    preferredAvailabilityZone: node.zone,
    currentRole: node.id === primaryNodeId ? 'primary' : 'replica',
  }))
}

function nodeGroupStatus(shard: NodeGroup): NodeGroupView['status'] {
  const nodes = shard.members.flatMap((member) => member.nodes)
  if (nodes.some((node) => isDeleting(node.workflow))) return 'deleting'
  return nodes.every((node) => nodeStatus(node) === 'available') ? 'available' : 'modifying'
}
