import {
  eventOfGroup,
  hop,
  invariant,
  milliseconds,
  nap,
  nodeRef,
  planSending,
  reshardingProgress,
  routeTarget,
  SEND_MS,
  seconds,
  shardSlotsOf,
  slotsAfter,
  type DrainTarget,
  type SlotMove,
} from '@cacheplane/domain'
import { membersOf, primariesOf, type ClusterContext, type ClusterMember } from '../join-cluster.ts'
import { EXAMINE_MS } from '../node-group/context.ts'
import { isDisturbed } from './reshard.ts'

/** Short enough that a worker's lease, and who waits for it, are not held up. */
const DRAIN_MS = milliseconds(600)
/** What was seen longer ago is looked at again: a primary may have changed since. */
const FRESH_MS = seconds(1)
/** A replica that has not caught up by then does not keep its shard from getting slots. */
const COPIES_WITHIN_MS = seconds(2)
/**
 * Slots that set out together arrive together. Until then commands on several keys of theirs may be put off, so that it is
 * to be over soon; and of the keys that have arrived already clients learn by a second question (`ASK`), which is to befall
 * less than a hundredth of their commands.
 */
const SLOTS_MIN = 16
const SLOTS_MAX = 256
const RETRY_MIN_MS = milliseconds(20)
const RETRY_MAX_MS = seconds(2)

interface Ends {
  from: ClusterMember & { peerId: string }
  to: ClusterMember & { peerId: string }
}

/**
 * A new primary may know nothing of slots on their way: until it does, it answers for keys that are over there already that
 * there are none. Whether it is told now is seen later.
 */
export async function remindEnds(c: ClusterContext): Promise<void> {
  const { move } = c.frame
  const ends = move === null ? null : findEnds(c, move)
  if (move === null || ends === null) return
  const { from, to } = ends
  await c.fleet.setSlots(nodeRef(to), move.slots, { mark: 'importing', peerId: from.peerId })
  await c.fleet.setSlots(nodeRef(from), move.slots, { mark: 'migrating', peerId: to.peerId })
}

/** Both ends know that the slots are on their way: from here on a key that is not here any more is asked for there. */
export async function openSlots(c: ClusterContext) {
  const ends = endsOf(c)
  if (ends === null) return hop('join')
  const { from, to } = ends
  const { slots } = moveOf(c)
  const opened = await c.fleet.setSlots(nodeRef(to), slots, { mark: 'importing', peerId: from.peerId })
  if (opened.kind !== 'ready') return tryAgain(c, opened.because)
  const left = await c.fleet.setSlots(nodeRef(from), slots, { mark: 'migrating', peerId: to.peerId })
  return left.kind === 'ready' ? hop('drain_slots') : tryAgain(c, left.because)
}

export async function drainSlots(c: ClusterContext) {
  const ends = endsOf(c)
  if (ends === null) return hop('join')
  const drained = await c.fleet.drainSlots(nodeRef(ends.from), moveOf(c).slots, targetOf(ends.to), {
    withinMs: DRAIN_MS,
    sendMs: moveOf(c).sendMs,
  })
  switch (drained.kind) {
    case 'drained':
      moveOf(c).drainedAtMs = c.now().getTime()
      return hop('assign_slots')
    case 'left':
      moveOf(c).isLong = true
      return hop('drain_slots')
    case 'slow':
      return giveTime(c)
    case 'unmarked':
      return hop('open_slots')
    case 'refused':
    case 'unknown':
      return tryAgain(c, drained.because)
  }
}

/**
 * The new owner first: its claim is the newer one, and reaches its replicas and the owner before at once. The owner before
 * refuses as long as it has a key of theirs.
 */
export async function assignSlots(c: ClusterContext) {
  const ends = endsOf(c)
  // As long as this step lasts no replica of theirs takes over: it would not know what it is about to lose, or to get.
  if (ends === null || isChangingPrimary(ends.from) || isChangingPrimary(ends.to)) return hop('join')
  const { from, to } = ends
  const { slots } = moveOf(c)
  const lagging = await copiesLag(c, to)
  if (lagging !== null) return nap(RETRY_MIN_MS, lagging)
  const askedAtMs = c.now().getTime()
  const drained = await c.fleet.drainSlots(nodeRef(from), slots, targetOf(to), {
    withinMs: 0,
    sendMs: SEND_MS,
  })
  if (drained.kind === 'refused' || drained.kind === 'unknown') return tryAgain(c, drained.because)
  if (drained.kind !== 'drained') return hop('open_slots')
  if (c.now().getTime() - askedAtMs > FRESH_MS) return tryAgain(c, 'the answer took too long')
  const owned = { mark: 'owned', peerId: to.peerId } as const
  const taken = await c.fleet.setSlots(nodeRef(to), slots, owned)
  if (taken.kind !== 'ready') return openAgain(c, taken.because)
  const given = await c.fleet.setSlots(nodeRef(from), slots, owned)
  if (given.kind !== 'ready') return openAgain(c, given.because)
  // Others would hear of it by themselves; told, they send clients the right way at once.
  const others = primariesOf(c.subject.owner).filter(
    ({ shard }) => shard !== from.shard && shard !== to.shard,
  )
  await Promise.all(others.map((one) => c.fleet.setSlots(nodeRef(one), slots, owned)))
  record(c)
  return hop('reshard')
}

/** Everybody who would take a silent node for lost knows before it is told to send that for longer. */
function giveTime(c: ClusterContext) {
  const { id, accountId, replicationGroupId } = c.subject.owner
  const move = moveOf(c)
  const { sendMs, because } = planSending(move.sendMs)
  if (sendMs === move.sendMs) return tryAgain(c, because)
  move.sendMs = sendMs
  c.change({ do: 'allow-sending', groupId: id, ms: sendMs })
  c.event(accountId, eventOfGroup(replicationGroupId, 'A key is slow to move', because))
  return nap(RETRY_MIN_MS, because)
}

const CHANGING_PRIMARY = new Set(['fence', 'elect', 'promote', 'rebuild', 'close', 'catch_up', 'reopen'])

function isChangingPrimary({ shard: { workflow } }: ClusterMember): boolean {
  return CHANGING_PRIMARY.has(workflow.step)
}

/** Null when a replica of the new owner has every key that was sent, if it has any. */
async function copiesLag(c: ClusterContext, { shard, node, cluster }: ClusterMember): Promise<string | null> {
  const { drainedAtMs } = moveOf(c)
  if (drainedAtMs !== null && c.now().getTime() - drainedAtMs > COPIES_WITHIN_MS) return null
  const replicas = membersOf(c.subject.owner).filter(
    (one) => one.shard === shard && one.node !== node && one.node.openedAt !== null,
  )
  if (replicas.length === 0) return null
  const has = await c.fleet.examineNode(nodeRef({ node, cluster }), EXAMINE_MS)
  if (has.kind !== 'serving') return `the new owner cannot be asked: ${has.because}`
  const copies = await Promise.all(replicas.map((one) => c.fleet.examineNode(nodeRef(one), EXAMINE_MS)))
  const isThere = copies.some(
    (copy) => copy.kind === 'serving' && copy.replication.offset >= has.replication.offset,
  )
  return isThere ? null : 'the replicas of the new owner are catching up'
}

/** Done with; every quarter of the way is told. */
function record(c: ClusterContext): void {
  const { owner } = c.subject
  const shards = slotsAfter(shardSlotsOf(owner.nodeGroups), moveOf(c))
  c.change({ do: 'set-slots', shards })
  const { slotsAtOnce } = c.frame
  c.frame.slotsAtOnce = moveOf(c).isLong
    ? Math.max(SLOTS_MIN, slotsAtOnce / 2)
    : Math.min(SLOTS_MAX, slotsAtOnce * 2)
  if (moveOf(c).sendMs > SEND_MS) c.change({ do: 'allow-sending', groupId: owner.id, ms: 0 })
  c.frame.move = null
  const after = owner.nodeGroups.map((shard, i) => ({ ...shard, slots: [...(shards[i]?.slots ?? [])] }))
  const [was, is] = [reshardingProgress(owner) ?? 0, reshardingProgress({ ...owner, nodeGroups: after }) ?? 0]
  const quarter = [75, 50, 25].find((percent) => was < percent && is >= percent)
  if (quarter !== undefined)
    c.event(
      owner.accountId,
      eventOfGroup(owner.replicationGroupId, `Resharding: ${quarter} % of the slots moved`),
    )
}

/** Null while anything else has to be seen to first. */
function endsOf(c: ClusterContext): Ends | null {
  const { move } = c.frame
  if (isDisturbed(c) || move === null || c.subject.owner.resharding === null) return null
  return findEnds(c, move)
}

function findEnds(c: ClusterContext, move: Pick<SlotMove, 'fromShardId' | 'toShardId'>): Ends | null {
  const end = (shardId: string) => {
    const member = primariesOf(c.subject.owner).find(({ shard }) => shard.id === shardId)
    const peerId = member?.node.clusterNodeId ?? null
    return member === undefined || peerId === null ? null : { ...member, peerId }
  }
  const [from, to] = [end(move.fromShardId), end(move.toShardId)]
  return from === null || to === null ? null : { from, to }
}

function moveOf({ frame: { move } }: ClusterContext) {
  invariant(move, 'slots are on their way')
  return move
}

/** It may not know any more that they are on their way; every other time is after a rest. */
function openAgain(c: ClusterContext, because: string) {
  const rest = tryAgain(c, because)
  return moveOf(c).failures % 2 === 1 ? hop('open_slots') : rest
}

/** Everything is looked at anew, sooner or later as it goes. */
function tryAgain(c: ClusterContext, because: string) {
  const move = moveOf(c)
  move.failures += 1
  return nap(Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(move.failures, 10)), because)
}

function targetOf({ node, cluster, peerId }: Ends['to']): DrainTarget {
  const { id: nodeId, incarnation } = node
  return { nodeId, incarnation, clusterNodeId: peerId, ...routeTarget({ node, cluster }) }
}
