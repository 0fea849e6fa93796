import type { Failover, FailoverKind, FailoverStage } from '../failover/failover.ts'

export interface NewFailover {
  id: string
  nodeGroupId: string
  epoch: bigint
  kind: FailoverKind
  cause: string
  fromCacheClusterId: string
}

/** What a step adds to the record of a change of primary; the phases are appended. */
export interface FailoverAdvance {
  phases?: FailoverStage[]
  status?: Failover['status']
  epoch?: bigint
  toCacheClusterId?: string
}
