import { minutes } from '../duration.ts'
import { maintenanceSpan } from '../validation/windows.ts'

const WEEK_MS = minutes(7 * 24 * 60)
/** Days are counted from a Thursday, weeks of windows from a Sunday. */
const FIRST_SUNDAY_MS = minutes(3 * 24 * 60)

/** Milliseconds until the weekly maintenance window opens; 0 while it is open. */
export function untilWindow(window: string, now: Date): number {
  const span = maintenanceSpan(window)
  if (span === null) return 0
  const intoWeek = (((now.getTime() - FIRST_SUNDAY_MS) % WEEK_MS) + WEEK_MS) % WEEK_MS
  const sinceOpening = (intoWeek - minutes(span.start) + WEEK_MS) % WEEK_MS
  return sinceOpening < minutes(span.minutes) ? 0 : WEEK_MS - sinceOpening
}
