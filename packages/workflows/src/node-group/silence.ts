import { seconds, type NodeReading, type NodeSubject } from '@cacheplane/domain'
import { EXAMINE_MS, type Context } from './context.ts'

/** Two looks that are further apart say nothing of the time between them: whoever looks may have been asleep itself. */
const GAP_MAX_MS = seconds(2)
/** A node that others can stand in for, and that is merely silent for so long, is made again. */
export const SILENT_MS = seconds(5)

/**
 * For how long a node has been looked at in vain, this look included. Of a look counts what it may take: whoever was
 * frozen in the middle of one has not looked all the while.
 * @param begunMs when this look began; epoch milliseconds
 */
export function silentMs(
  c: Context,
  { node }: NodeSubject,
  reading: NodeReading,
  begunMs = c.now().getTime(),
): number {
  const nowMs = c.now().getTime()
  const before = c.frame.silence[node.id]
  if (reading.kind === 'serving') {
    delete c.frame.silence[node.id]
    return 0
  }
  const isNew = before === undefined || nowMs - before.lookedAtMs > GAP_MAX_MS
  const sinceMs = isNew ? Math.max(begunMs, nowMs - EXAMINE_MS) : before.sinceMs
  c.frame.silence[node.id] = { sinceMs, lookedAtMs: nowMs }
  return nowMs - sinceMs
}
