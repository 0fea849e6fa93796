import type { SourceType } from '../events.ts'
import type { ServiceUpdateStatus } from '../service-updates/service-update.ts'
import type { SnapshotSource } from '../snapshots/snapshot.ts'

export interface Page {
  after?: string
  limit: number
}

export interface SnapshotQuery extends Page {
  replicationGroupId?: string
  cacheClusterId?: string
  source?: SnapshotSource
}

export interface ServiceUpdateQuery {
  name?: string
  statuses?: readonly ServiceUpdateStatus[]
}

/** What is absent restricts nothing. */
export interface UpdateActionQuery extends ServiceUpdateQuery {
  engine?: string
  replicationGroupIds?: readonly string[]
  cacheClusterIds?: readonly string[]
}

export interface UpdateTarget {
  kind: 'replication-group' | 'cache-cluster'
  /** As the user named it, in lower case. */
  name: string
}

export interface EventQuery {
  sourceType?: SourceType
  sourceIdentifier?: string
  from: Date
  to: Date
  /** Event id to continue behind, exclusive. */
  before?: bigint
  limit: number
}
