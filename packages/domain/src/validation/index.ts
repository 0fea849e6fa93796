export { compareVersions } from './engine-version.ts'
export { isIdentifier, MAX_CACHE_CLUSTER_ID, MAX_REPLICATION_GROUP_ID } from './identifiers.ts'
export { isOneZone, MULTI_AZ_SPREADS } from './nodes.ts'
export { type ChoicePlan, parameterGroupOf } from './plan-choice.ts'
export { planCacheCluster } from './plan-cache-cluster.ts'
export { planClusterChange, type ClusterChangePlan } from './plan-cluster-change.ts'
export { planGroupChange, planTestFailover, primaryOf } from './plan-group-change.ts'
export { planReboot } from './plan-reboot.ts'
export {
  planShardChange,
  planSlotTargets,
  reshardingProgress,
  type ShardChangePlan,
} from './plan-shard-change.ts'
export { readShardChange } from './read-shard-change.ts'
export { memberId, planReplicaDecrease, type ReplicaIncreasePlan } from './plan-replicas.ts'
export { planReplicaDecreases, planReplicaIncreases } from './plan-shard-replicas.ts'
export { planReplicationGroup } from './plan-replication-group.ts'
export { readClusterChange } from './read-cluster-change.ts'
export { planTokenUpdate } from './plan-token-update.ts'
export { readGroupChange } from './read-group-change.ts'
export { noSuchParameterGroup } from './settings.ts'
export { readReplicaDecrease, readReplicaIncrease } from './read-replica-change.ts'
export type {
  CreateCacheClusterRequest,
  CreateReplicationGroupRequest,
  DecreaseReplicaCountRequest,
  IncreaseReplicaCountRequest,
  ModifyCacheClusterRequest,
  ModifyReplicationGroupRequest,
  ModifyShardConfigurationRequest,
  PlanContext,
} from './requests.ts'
