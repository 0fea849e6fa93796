import { rangesOf, slotsIn, type Drained, type SlotMark, type SlotRange } from '@cacheplane/domain'
import type { SimulatedCluster, SimulatedProcess } from './world.ts'

/** Null when it is done, otherwise why it is refused. Touches only what is not so yet. */
export function setSlotsInCluster(
  { cluster, role }: SimulatedProcess,
  ranges: readonly SlotRange[],
  { mark, peerId }: SlotMark,
): string | null {
  if (cluster === null || role !== 'primary') return 'it leads no shard'
  if (peerId !== cluster.id && !cluster.peers.has(peerId)) return `it does not know ${peerId}`
  const owned = new Set(slotsIn(cluster.slots))
  const slots = slotsIn(ranges)
  if (mark === 'owned') return setOwner(cluster, slots, peerId, owned)
  for (const slot of slots) {
    if (owned.has(slot) === (mark === 'migrating')) cluster.marked.set(slot, { slot, mark, peerId })
  }
  return null
}

/** Whoever takes a slot of which it knows that it is on its way takes the greatest epoch as well. */
function setOwner(
  cluster: SimulatedCluster,
  slots: readonly number[],
  peerId: string,
  owned: ReadonlySet<number>,
): string | null {
  if (peerId === cluster.id) {
    const added = slots.filter((slot) => !owned.has(slot))
    if (added.some((slot) => cluster.marked.get(slot)?.mark !== 'importing'))
      return 'it does not know that the slots are on their way'
    if (added.length > 0 && isBehind(cluster)) cluster.epoch = cluster.currentEpoch += 1
    for (const peer of cluster.peers.values()) peer.slots = without(peer.slots, slots)
    cluster.slots = rangesOf([...owned, ...added])
  } else {
    const taker = cluster.peers.get(peerId)
    cluster.slots = without(cluster.slots, slots)
    for (const peer of cluster.peers.values()) peer.slots = without(peer.slots, slots)
    if (taker !== undefined) taker.slots = rangesOf([...slotsIn(taker.slots), ...slots])
  }
  for (const slot of slots) cluster.marked.delete(slot)
  cluster.version += 1
  return null
}

function isBehind({ epoch, currentEpoch, peers }: SimulatedCluster): boolean {
  const greatest = Math.max(currentEpoch, ...[...peers.values()].map((peer) => peer.epoch))
  return epoch === 0 || epoch < greatest
}

function without(ranges: readonly SlotRange[], slots: readonly number[]): SlotRange[] {
  const gone = new Set(slots)
  return rangesOf(slotsIn(ranges).filter((slot) => !gone.has(slot)))
}

/** Its writes are nobody's slot's: there is nothing to send but the question whether it may. */
export function drainInCluster(
  { cluster }: SimulatedProcess,
  ranges: readonly SlotRange[],
  peerId: string,
): Extract<Drained, { keys: number }> {
  const mine = new Set(slotsIn(cluster?.slots ?? []))
  const isMarked = (slot: number) => {
    const one = cluster?.marked.get(slot)
    return one?.mark === 'migrating' && one.peerId === peerId
  }
  const isReady = slotsIn(ranges).every((slot) => !mine.has(slot) || isMarked(slot))
  return { kind: isReady ? 'drained' : 'unmarked', keys: 0 }
}
