import { nodeRef, seconds, type NodeSubject } from '@cacheplane/domain'
import { EXAMINE_MS, findNode, mustFind, ongoing, type Context } from './context.ts'

/** Longer than a lease: whoever goes on with the switch finds writes held still, and holds them anew. */
const HOLD_MS = seconds(5)
/** Nodes of a cluster tell one another of a takeover at once. */
const HEARD_WITHIN_MS = seconds(1)

/**
 * From here on the old primary of a planned switch acknowledges no write. Clients of a cluster come to it directly: they
 * stay, their writes wait, and go to the new primary as soon as the old one knows it.
 */
export function standStill(c: Context, old: NodeSubject) {
  return isHeld(c) ? c.fleet.holdWrites(nodeRef(old), HOLD_MS) : c.fleet.closeNode(nodeRef(old))
}

/** A hold ends by itself: whether nothing was written since is asked again in the very step that promotes. */
export async function hasStoodStill(c: Context, candidate: NodeSubject): Promise<boolean> {
  if (!isHeld(c)) return true
  const old = mustFind(c, ongoing(c).lostNodeId)
  const held = await standStill(c, old)
  const has = await c.fleet.examineNode(nodeRef(candidate), EXAMINE_MS)
  if (held.kind === 'refused' || (has.kind === 'serving' && has.role === 'primary')) return true
  if (held.kind !== 'ready' || has.kind !== 'serving') return false
  const had = await c.fleet.examineNode(nodeRef(old), EXAMINE_MS)
  const later = await c.fleet.examineNode(nodeRef(candidate), EXAMINE_MS)
  const areHeard = had.kind === 'serving' && later.kind === 'serving'
  return areHeard && later.replication.offset >= had.replication.offset
}

/** Null once writes that wait at the old primary are sent to the new one, or die there; otherwise why not yet. */
export async function letGo(c: Context): Promise<string | null> {
  if (!isHeld(c)) return null
  const { lostNodeId, electedAtMs } = ongoing(c)
  const old = mustFind(c, lostNodeId)
  const reading = await c.fleet.examineNode(nodeRef(old), EXAMINE_MS)
  if (reading.kind !== 'serving') return null
  if (reading.role === 'replica') {
    await c.fleet.holdWrites(nodeRef(old), 0)
    return null
  }
  if (c.now().getTime() - electedAtMs < HEARD_WITHIN_MS)
    return 'the old primary does not know the new one yet'
  const closed = await c.fleet.closeNode(nodeRef(old))
  return closed.kind === 'unknown' ? closed.because : null
}

/** A switch is called off. What cannot be told ends by itself. */
export async function goOnWriting(c: Context, old: NodeSubject): Promise<void> {
  if (old.node.busPort !== null) await c.fleet.holdWrites(nodeRef(old), 0)
}

/** Both are in the cluster: the old one hears of the new one there, and gives its clients away. */
function isHeld(c: Context): boolean {
  const { kind, lostNodeId, candidateId } = ongoing(c)
  if (kind !== 'switch') return false
  const both = [findNode(c, lostNodeId), candidateId === null ? undefined : findNode(c, candidateId)]
  return both.every((one) => one !== undefined && one.node.busPort !== null)
}
