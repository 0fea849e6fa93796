import { hours, minutes } from '../duration.ts'
import { snapshotSpan } from '../validation/windows.ts'

const DAY_MS = hours(24)
/** A failure may have a cause that lasts: it is not tried again at every look. */
const RETRY_AFTER_MS = minutes(30)

export interface SnapshotSchedule {
  /** Days that automatic snapshots are kept; 0 for none at all. */
  snapshotRetentionLimit: number
  snapshotWindow: string | null
  /** Of the newest automatic snapshot that has not failed. */
  takenAt: Date | null
  /** Of the newest one that has. */
  failedAt: Date | null
}

/** Whether the day's automatic snapshot is to be begun now: once while the daily window is open, again after a failure. */
export function isSnapshotDue(schedule: SnapshotSchedule, now: Date): { isDue: boolean; because: string } {
  if (schedule.snapshotRetentionLimit === 0) return wait('automatic snapshots are turned off')
  const openedAt = windowOpenedAt(schedule.snapshotWindow, now)
  if (openedAt === null) return wait('the snapshot window is closed')
  const { takenAt, failedAt } = schedule
  if (takenAt !== null && takenAt.getTime() >= openedAt) return wait('it was taken in this window')
  if (failedAt === null || failedAt.getTime() < openedAt)
    return { isDue: true, because: 'the snapshot window is open' }
  if (now.getTime() - failedAt.getTime() < RETRY_AFTER_MS) return wait('it failed a short while ago')
  return { isDue: true, because: 'it failed, and the snapshot window is still open' }
}

/** When the window opened that is open; null when it is closed. */
function windowOpenedAt(window: string | null, now: Date): number | null {
  const span = window === null ? null : snapshotSpan(window)
  if (span === null) return null
  const sinceOpening = (((now.getTime() - minutes(span.start)) % DAY_MS) + DAY_MS) % DAY_MS
  return sinceOpening < minutes(span.minutes) ? now.getTime() - sinceOpening : null
}

const wait = (because: string) => ({ isDue: false, because })

/** As ElastiCache names it. No user can: a name somebody chose has no dot. */
export function automaticSnapshotName(replicationGroupId: string, now: Date): string {
  const minute = now.toISOString().slice(0, 'yyyy-mm-ddThh:mm'.length).replace(/[T:]/g, '-')
  return `automatic.${replicationGroupId}-${minute}`
}
