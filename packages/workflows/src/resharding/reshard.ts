import {
  eventOfGroup,
  FAILED_STEP,
  HOME_STEP,
  hop,
  isSameSlots,
  milliseconds,
  nap,
  nodeRef,
  planSlotMove,
  reconcileSlots,
  SEND_MS,
  seconds,
  shardSlotsOf,
  slotsLeft,
  START_STEP,
  type NodeGroup,
  type ShardSlots,
  type SlotRange,
} from '@cacheplane/domain'
import { isLeaving, primariesOf, type ClusterContext } from '../join-cluster.ts'
import { EXAMINE_MS } from '../node-group/context.ts'

const LOOK_AGAIN_MS = milliseconds(100)

/** Repair comes before resharding: views that may be old are looked at by `join`, which comes back here. */
export function isDisturbed({ signals }: ClusterContext): boolean {
  return signals.has('converge') || signals.has('checkup')
}

/** Chooses the next slots to move, by what the primaries themselves say that they own. */
export async function reshard(c: ClusterContext) {
  const { resharding, nodeGroups } = c.subject.owner
  if (resharding === null || isDisturbed(c)) return hop('join')
  const coming = shardsAreComing(c)
  if (coming !== null) return coming
  const rows = shardSlotsOf(nodeGroups)
  const shards = reconcileSlots(rows, await claimsOf(c))
  if (shards === null) return nap(LOOK_AGAIN_MS, 'two shards claim the same slots')
  const differing = shards.filter(({ slots }, i) => !isSameSlots(slots, rows[i]?.slots ?? []))
  if (differing.length > 0) c.change({ do: 'set-slots', shards: differing })
  if (c.frame.move !== null) return hop('open_slots')
  const lacking = await findLack(c, shards)
  if (lacking !== null) return giveUp(c, lacking)
  const move = planSlotMove(shards, resharding.targets, c.frame.slotsAtOnce)
  if (move === null) return hop('retire_shards')
  c.frame.move = { ...move, failures: 0, drainedAtMs: null, isLong: false, sendMs: SEND_MS }
  return hop('open_slots')
}

/** New shards stand before anything is moved. Null when all do. */
function shardsAreComing(c: ClusterContext) {
  const { nodeGroups } = c.subject.owner
  const failed = nodeGroups.find(({ workflow }) => workflow.step === FAILED_STEP)
  if (failed !== undefined && !isLeaving(c, failed)) {
    const message = failed.workflow.failure ?? `node group ${failed.nodeGroupId} could not be created`
    return giveUp(c, message)
  }
  for (const { id: subjectId, workflow } of nodeGroups) {
    if (workflow.step === START_STEP && workflow.firstHomeAt === null)
      c.change({ do: 'spawn', kind: 'node-group', subjectId, parentId: c.workflow.id })
  }
  const isComing = (shard: NodeGroup) => !isLeaving(c, shard) && shard.workflow.firstHomeAt === null
  const coming = nodeGroups.filter(isComing)
  if (coming.length > 0) return nap(seconds(30), `${coming.length} shards are starting`)
  // One whose nodes are being seen to tells when that is over.
  const busy = nodeGroups.filter(({ workflow }) => workflow.step !== HOME_STEP && !isGoing(workflow))
  return busy.length === 0 ? null : nap(seconds(1), `${busy.length} shards are busy`)
}

const isGoing = ({ signals, step }: NodeGroup['workflow']): boolean =>
  signals.includes('destroy') || step.startsWith('destroy') || step === FAILED_STEP

/** What each primary that can be asked says that it owns. */
async function claimsOf(c: ClusterContext): Promise<Map<string, readonly SlotRange[]>> {
  const claims = await Promise.all(
    primariesOf(c.subject.owner).map(async ({ shard, node, cluster }) => {
      const reading = await c.fleet.readCluster(nodeRef({ node, cluster }))
      if (reading.kind !== 'known') return null
      const own = reading.view.peers.find(({ id }) => id === node.clusterNodeId)
      return own?.role === 'primary' ? ([shard.id, own.slots] as const) : null
    }),
  )
  return new Map(claims.filter((claim) => claim !== null))
}

/** Before the first slot is moved away from shards that leave: whether the others have room for what they hold. */
async function findLack(c: ClusterContext, shards: readonly ShardSlots[]): Promise<string | null> {
  const { resharding, nodeGroups } = c.subject.owner
  const leaving = nodeGroups.filter((shard) => isLeaving(c, shard))
  if (resharding === null || leaving.length === 0) return null
  if (slotsLeft(shards, resharding.targets) < resharding.total) return null
  let [used, room] = [0, 0]
  for (const { shard, node, cluster } of primariesOf(c.subject.owner)) {
    const reading = await c.fleet.examineNode(nodeRef({ node, cluster }), EXAMINE_MS)
    if (reading.kind !== 'serving') return null
    used += reading.usedMemoryBytes
    if (!isLeaving(c, shard)) room += reading.maxmemoryBytes
  }
  if (used <= room) return null
  return `the shards hold ${used} bytes, and those that are to stay have room for ${room}`
}

/** What was moved stays where it is; a shard that has nothing yet goes again. */
function giveUp(c: ClusterContext, because: string) {
  const { id, accountId, replicationGroupId, nodeGroups } = c.subject.owner
  c.change({ do: 'retarget-resharding', groupId: id, targets: shardSlotsOf(nodeGroups) })
  c.event(accountId, eventOfGroup(replicationGroupId, 'Resharding failed', because))
  return hop('retire_shards')
}

/** Shards without slots go; when they are gone, everybody forgets their nodes, and the change is over. */
export async function retireShards(c: ClusterContext) {
  const { id, accountId, replicationGroupId, nodeGroups, resharding } = c.subject.owner
  if (resharding === null || isDisturbed(c)) return hop('join')
  const leaving = nodeGroups.filter((shard) => isLeaving(c, shard))
  if (leaving.some(({ slots }) => slots.length > 0)) return hop('reshard')
  for (const { id: subjectId } of leaving) {
    c.change({ do: 'spawn', kind: 'node-group', subjectId, parentId: c.workflow.id })
    c.change({ do: 'raise', kind: 'node-group', subjectId, signal: 'destroy' })
  }
  if (leaving.length > 0) return nap(seconds(5), `${leaving.length} shards are being removed`)
  c.change({ do: 'end-resharding', groupId: id })
  const message = `Resharding finished: ${nodeGroups.length} shards`
  if (resharding.total > 0) c.event(accountId, eventOfGroup(replicationGroupId, message))
  return hop('join')
}
