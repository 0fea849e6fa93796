import type { Secret } from '../secret.ts'
import type { SaslUserWish } from './sasl-users.ts'

/** A wish as it comes in: absent or of the right type, otherwise unchecked. Names are ElastiCache's, in lowerCamelCase. */
interface CreateRequest {
  engine?: string | undefined
  engineVersion?: string | undefined
  cacheNodeType?: string | undefined
  cacheParameterGroupName?: string | undefined
  cacheSubnetGroupName?: string | undefined
  cacheSecurityGroupNames?: string[] | undefined
  securityGroupIds?: string[] | undefined
  tags?: unknown[] | undefined
  snapshotArns?: string[] | undefined
  snapshotName?: string | undefined
  snapshotRetentionLimit?: number | undefined
  snapshotWindow?: string | undefined
  preferredMaintenanceWindow?: string | undefined
  port?: number | undefined
  notificationTopicArn?: string | undefined
  autoMinorVersionUpgrade?: boolean | undefined
  authToken?: Secret | undefined
  transitEncryptionEnabled?: boolean | undefined
  transitEncryptionMode?: string | undefined
  logDeliveryConfigurations?: unknown[] | undefined
  networkType?: string | undefined
  ipDiscovery?: string | undefined
}

/** How one shard is to be made. */
export interface NodeGroupConfiguration {
  nodeGroupId?: string | undefined
  slots?: string | undefined
  replicaCount?: number | undefined
  primaryAvailabilityZone?: string | undefined
  replicaAvailabilityZones?: string[] | undefined
}

export interface CreateReplicationGroupRequest extends CreateRequest {
  replicationGroupId?: string | undefined
  description?: string | undefined
  primaryClusterId?: string | undefined
  globalReplicationGroupId?: string | undefined
  serverlessCacheSnapshotName?: string | undefined
  automaticFailoverEnabled?: boolean | undefined
  multiAZEnabled?: boolean | undefined
  numCacheClusters?: number | undefined
  preferredCacheClusterAZs?: string[] | undefined
  numNodeGroups?: number | undefined
  replicasPerNodeGroup?: number | undefined
  nodeGroupConfiguration?: NodeGroupConfiguration[] | undefined
  atRestEncryptionEnabled?: boolean | undefined
  kmsKeyId?: string | undefined
  userGroupIds?: string[] | undefined
  dataTieringEnabled?: boolean | undefined
  clusterMode?: string | undefined
  durability?: string | undefined
}

export interface CreateCacheClusterRequest extends CreateRequest {
  cacheClusterId?: string | undefined
  replicationGroupId?: string | undefined
  numCacheNodes?: number | undefined
  azMode?: string | undefined
  preferredAvailabilityZone?: string | undefined
  preferredAvailabilityZones?: string[] | undefined
  saslUsers?: SaslUserWish[] | undefined
}

export interface ModifyReplicationGroupRequest {
  description?: string | undefined
  automaticFailoverEnabled?: boolean | undefined
  multiAZEnabled?: boolean | undefined
  primaryClusterId?: string | undefined
  autoMinorVersionUpgrade?: boolean | undefined
  preferredMaintenanceWindow?: string | undefined
  applyImmediately?: boolean | undefined
  nodeGroupId?: string | undefined
  engine?: string | undefined
  engineVersion?: string | undefined
  cacheNodeType?: string | undefined
  cacheParameterGroupName?: string | undefined
  cacheSecurityGroupNames?: string[] | undefined
  securityGroupIds?: string[] | undefined
  notificationTopicArn?: string | undefined
  notificationTopicStatus?: string | undefined
  snapshottingClusterId?: string | undefined
  snapshotRetentionLimit?: number | undefined
  snapshotWindow?: string | undefined
  authToken?: Secret | undefined
  authTokenUpdateStrategy?: string | undefined
  userGroupIdsToAdd?: string[] | undefined
  userGroupIdsToRemove?: string[] | undefined
  removeUserGroups?: boolean | undefined
  logDeliveryConfigurations?: unknown[] | undefined
  transitEncryptionEnabled?: boolean | undefined
  transitEncryptionMode?: string | undefined
  clusterMode?: string | undefined
  ipDiscovery?: string | undefined
  durability?: string | undefined
}

/** How many replicas one shard is to have. */
interface ReplicaConfiguration {
  nodeGroupId?: string | undefined
  newReplicaCount?: number | undefined
  preferredAvailabilityZones?: string[] | undefined
}

/** Where the nodes of a new shard go. */
export interface ReshardingConfiguration {
  nodeGroupId?: string | undefined
  preferredAvailabilityZones?: string[] | undefined
}

export interface ModifyShardConfigurationRequest {
  nodeGroupCount?: number | undefined
  applyImmediately?: boolean | undefined
  reshardingConfiguration?: ReshardingConfiguration[] | undefined
  nodeGroupsToRemove?: string[] | undefined
  nodeGroupsToRetain?: string[] | undefined
}

export interface IncreaseReplicaCountRequest {
  newReplicaCount?: number | undefined
  replicaConfiguration?: ReplicaConfiguration[] | undefined
  applyImmediately?: boolean | undefined
}

export interface DecreaseReplicaCountRequest extends IncreaseReplicaCountRequest {
  replicasToRemove?: string[] | undefined
}

export interface ModifyCacheClusterRequest {
  numCacheNodes?: number | undefined
  cacheNodeIdsToRemove?: string[] | undefined
  newAvailabilityZones?: string[] | undefined
  azMode?: string | undefined
  applyImmediately?: boolean | undefined
  autoMinorVersionUpgrade?: boolean | undefined
  preferredMaintenanceWindow?: string | undefined
  engine?: string | undefined
  engineVersion?: string | undefined
  cacheNodeType?: string | undefined
  cacheParameterGroupName?: string | undefined
  cacheSecurityGroupNames?: string[] | undefined
  securityGroupIds?: string[] | undefined
  notificationTopicArn?: string | undefined
  notificationTopicStatus?: string | undefined
  snapshotRetentionLimit?: number | undefined
  snapshotWindow?: string | undefined
  authToken?: unknown
  authTokenUpdateStrategy?: string | undefined
  logDeliveryConfigurations?: unknown[] | undefined
  ipDiscovery?: string | undefined
  scaleConfig?: unknown
  saslUsers?: SaslUserWish[] | undefined
}

/** What a plan takes from its surroundings. */
export interface PlanContext {
  accountId: string
  /** Uniform in [0, 1); chooses the windows nobody asked for. */
  random: () => number
  /** The parameter group that is asked for is for caches with cluster mode. */
  isClusterGroup?: boolean
}
