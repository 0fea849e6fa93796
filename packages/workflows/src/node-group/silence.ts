import { judgeReplica, seconds, type NodeReading, type NodeSubject } from '@cacheplane/domain'
import { EXAMINE_MS, type Context } from './context.ts'

/** Two looks that are further apart say nothing of the time between them: whoever looks may have been asleep itself. */
const GAP_MAX_MS = seconds(2)
/**
 * For how long a node has been looked at without a word from it, this look included. Of a look counts what it may take: whoever was
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
  // One that says that it is busy, as with a copy that it takes in, has spoken.
  if (reading.kind === 'serving' || reading.kind === 'starting') {
    delete c.frame.silence[node.id]
    return 0
  }
  const isNew = before === undefined || nowMs - before.lookedAtMs > GAP_MAX_MS
  const sinceMs = isNew ? Math.max(begunMs, nowMs - EXAMINE_MS) : before.sinceMs
  c.frame.silence[node.id] = { sinceMs, lookedAtMs: nowMs }
  return nowMs - sinceMs
}

interface Look {
  reading: NodeReading
  /** Whom it copies, in the same look. */
  source: NodeReading | undefined
  begunMs?: number
}

/** Whether a replica is to be made again for its silence. Whoever takes its place, or has spoken, begins with a clean slate. */
export function isGivenUp(c: Context, one: NodeSubject, { reading, source, begunMs }: Look): boolean {
  const { ip, address, port } = one.node
  const verdict = judgeReplica({
    reading,
    source,
    at: [ip, address].map((host) => ({ host, port })),
    silentMs: silentMs(c, one, reading, begunMs),
    sendingMs: c.subject.group.sendingMs,
  })
  if (verdict.kind !== 'borne') delete c.frame.silence[one.node.id]
  return verdict.kind === 'given-up'
}
