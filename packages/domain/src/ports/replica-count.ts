/** Of one shard. */
export interface ReplicaIncrease {
  newReplicaCount: number
  /** One per node of the node group, the primary's first, as ElastiCache has it; null leaves the choice. */
  zones: readonly string[] | null
}

/** One that names no shard is for every shard. */
export type GroupReplicaIncrease = readonly (ReplicaIncrease & { nodeGroupId: string | null })[]

/** Of one shard. */
export interface ReplicaDecrease {
  /** Null when the victims are named. */
  newReplicaCount: number | null
  /** CacheClusterIds; empty leaves the choice. */
  replicasToRemove: readonly string[]
}

export interface GroupReplicaDecrease {
  /** One that names no shard is for every shard. Empty when the victims are named. */
  shards: readonly { nodeGroupId: string | null; newReplicaCount: number }[]
  /** CacheClusterIds. */
  replicasToRemove: readonly string[]
}
