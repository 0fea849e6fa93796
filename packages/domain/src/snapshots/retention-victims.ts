import { hours } from '../duration.ts'

/** An automatic snapshot, and how long its replication group wants such ones. */
export interface Retained {
  createdAt: Date
  /** Null when the replication group is gone. */
  snapshotRetentionLimit: number | null
}

/** Which automatic snapshots are to go, and why. */
export function retentionVictims<T extends Retained>(
  snapshots: readonly T[],
  now: Date,
): { victim: T; because: string }[] {
  return snapshots.flatMap((victim) => {
    const because = whyGo(victim, now)
    return because === null ? [] : [{ victim, because }]
  })
}

function whyGo({ createdAt, snapshotRetentionLimit: days }: Retained, now: Date): string | null {
  if (days === null) return 'its replication group was deleted'
  if (days === 0) return 'automatic snapshots were turned off'
  if (now.getTime() - createdAt.getTime() < hours(24 * days)) return null
  return `it is older than the snapshotRetentionLimit of ${days} ${days === 1 ? 'day' : 'days'}`
}
