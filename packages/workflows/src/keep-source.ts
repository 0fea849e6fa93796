import { eventOfCluster, eventOfGroup } from '@cacheplane/domain'
import type { Context } from './snapshot-frame.ts'

/** At once, and not only when the vault is rid of what there is, which may take as long as it is away. */
export function keepSource(c: Context): void {
  const { accountId, finalOf, origin } = c.subject.snapshot
  if (finalOf === null) return
  c.change({ do: 'lower', kind: finalOf.kind, subjectId: finalOf.id, signal: 'retire' })
  const because = 'its final snapshot could not be taken'
  const { cacheClusterId, replicationGroupId } = origin
  if (replicationGroupId !== null)
    c.event(
      accountId,
      eventOfGroup(replicationGroupId, `Replication group ${replicationGroupId} was not deleted`, because),
    )
  else if (cacheClusterId !== null)
    c.event(
      accountId,
      eventOfCluster(cacheClusterId, `Cache cluster ${cacheClusterId} was not deleted`, because),
    )
}

/** Of a final snapshot: what it is of has nothing left to lose. */
export function letGo(c: Context): void {
  const { finalOf } = c.subject.snapshot
  if (finalOf !== null)
    c.change({ do: 'raise', kind: finalOf.kind, subjectId: finalOf.id, signal: 'destroy' })
}

/** What happens to a snapshot, among the events of what it is of. */
export function tell(c: Context, what: string, because?: string): void {
  const { accountId, snapshotName, origin } = c.subject.snapshot
  const message = `${what} with ID '${snapshotName}' of`
  if (origin.replicationGroupId !== null) {
    const text = `${message} replication group with ID '${origin.replicationGroupId}'`
    c.event(accountId, eventOfGroup(origin.replicationGroupId, text, because))
  } else if (origin.cacheClusterId !== null) {
    const text = `${message} cache cluster with ID '${origin.cacheClusterId}'`
    c.event(accountId, eventOfCluster(origin.cacheClusterId, text, because))
  }
}
