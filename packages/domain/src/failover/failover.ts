export const FAILOVER_PHASES = [
  'detected',
  'confirmed',
  'unrouted',
  'fenced',
  'elected',
  'promoted',
  'routed',
  'redundancy-restored',
] as const
export type FailoverPhase = (typeof FAILOVER_PHASES)[number]

/**
 * `automatic`: the primary was lost. `test`: a user asked to lose it. `switch`: a planned promotion, in which nothing that
 * was acknowledged is lost. `recovery`: without automatic failover, the lost primary was made again from its replicas.
 */
export type FailoverKind = 'automatic' | 'test' | 'switch' | 'recovery'

/** One change of primary, from its cause to full redundancy. */
export interface Failover {
  id: string
  /** ElastiCache's NodeGroupId. */
  nodeGroupId: string
  /** The epoch that it began; null until it has begun. */
  epoch: bigint | null
  kind: FailoverKind
  status: 'requested' | 'running' | 'completed' | 'abandoned'
  cause: string
  fromCacheClusterId: string
  toCacheClusterId: string | null
  requestedAt: Date
  endedAt: Date | null
  phases: FailoverStage[]
}

export interface FailoverStage {
  phase: FailoverPhase
  at: Date
  /** Since the first phase, in milliseconds. */
  afterMs: number
  because: string
  /** For `elected`: every candidate as it was seen after the fence. */
  candidates?: { cacheClusterId: string; offset: number | null; eligible: boolean; because: string }[]
}
