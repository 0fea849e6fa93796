import { seconds, type NodeReading, type NodeSubject } from '@cacheplane/domain'
import type { Context } from './context.ts'

/** Two looks that are further apart say nothing of the time between them: whoever looks may have been asleep itself. */
const GAP_MAX_MS = seconds(2)
/** A node that others can stand in for, and that is merely silent for so long, is made again. */
export const SILENT_MS = seconds(5)

/** For how long a node has been looked at in vain, this look included. */
export function silentMs(c: Context, { node }: NodeSubject, reading: NodeReading): number {
  const nowMs = c.now().getTime()
  const before = c.frame.silence[node.id]
  if (reading.kind === 'serving') {
    delete c.frame.silence[node.id]
    return 0
  }
  const isNew = before === undefined || nowMs - before.lookedAtMs > GAP_MAX_MS
  const sinceMs = isNew ? nowMs : before.sinceMs
  c.frame.silence[node.id] = { sinceMs, lookedAtMs: nowMs }
  return nowMs - sinceMs
}
