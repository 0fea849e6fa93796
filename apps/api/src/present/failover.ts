import type { Failover } from '@cacheplane/domain'
import type { FailoverView } from '../schemas/failover.ts'

export function presentFailover(failover: Failover): FailoverView {
  return {
    failoverId: failover.id,
    nodeGroupId: failover.nodeGroupId,
    ...(failover.epoch !== null && { epoch: Number(failover.epoch) }),
    kind: failover.kind,
    status: failover.status,
    cause: failover.cause,
    fromCacheClusterId: failover.fromCacheClusterId,
    ...(failover.toCacheClusterId !== null && { toCacheClusterId: failover.toCacheClusterId }),
    requestedAt: failover.requestedAt.toISOString(),
    ...(failover.endedAt !== null && { endedAt: failover.endedAt.toISOString() }),
    phases: failover.phases.map(({ at, ...stage }) => ({ ...stage, at: at.toISOString() })),
  }
}
