import type { Failover, FailoverStage } from '@cacheplane/domain'

type StageDoc = Omit<FailoverStage, 'at'> & { at: string }

/** A row of `failover`, with ElastiCache's id of its node group. */
export interface FailoverRow {
  id: string
  node_group_id: string
  epoch: string | null
  kind: Failover['kind']
  status: Failover['status']
  cause: string
  from_cache_cluster_id: string
  to_cache_cluster_id: string | null
  phases: StageDoc[]
  requested_at: Date
  ended_at: Date | null
}

export function readFailover(row: FailoverRow): Failover {
  return {
    id: row.id,
    nodeGroupId: row.node_group_id,
    epoch: row.epoch === null ? null : BigInt(row.epoch),
    kind: row.kind,
    status: row.status,
    cause: row.cause,
    fromCacheClusterId: row.from_cache_cluster_id,
    toCacheClusterId: row.to_cache_cluster_id,
    requestedAt: row.requested_at,
    endedAt: row.ended_at,
    phases: row.phases.map((stage) => ({ ...stage, at: new Date(stage.at) })),
  }
}
