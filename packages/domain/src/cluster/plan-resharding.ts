import type { NodeGroup } from '../resources.ts'
import { rangesOf, SLOTS, slotsIn, type SlotRange } from './slots.ts'

export interface ShardSlots {
  shardId: string
  slots: readonly SlotRange[]
}

/** What shards own by their rows. */
export function shardSlotsOf(
  nodeGroups: readonly Pick<NodeGroup, 'id' | 'slots'>[],
): { shardId: string; slots: SlotRange[] }[] {
  return nodeGroups.map(({ id, slots }) => ({ shardId: id, slots }))
}

export interface StayingShard extends ShardSlots {
  /** False for one that is to give all of its slots away. */
  stays: boolean
}

export interface ReshardingPlan {
  /** What each shard is to own, one that leaves nothing, in the order of the shards. */
  targets: { shardId: string; slots: SlotRange[] }[]
  /** How many slots change hands. */
  moved: number
  because: string
}

/**
 * Equal shares for all that stay, with as few moves as that takes: the larger shares go to those that have most already,
 * and each gives away only what is beyond its share, from its end, so that ranges stay long.
 */
export function planResharding(shards: readonly StayingShard[]): ReshardingPlan {
  const staying = shards.filter(({ stays }) => stays)
  const shares = sharesOf(staying)
  const kept = shards.map(({ shardId, slots, stays }) => ({
    shardId,
    slots: slotsIn(slots).slice(0, stays ? shares.get(shardId) : 0),
  }))
  const free = new Set(shards.flatMap(({ slots }) => slotsIn(slots)))
  for (const { slots } of kept) for (const slot of slots) free.delete(slot)
  const left = [...free]
  const targets = kept.map(({ shardId, slots }) => {
    const lacking = (shares.get(shardId) ?? 0) - slots.length
    return { shardId, slots: rangesOf([...slots, ...left.splice(0, Math.max(0, lacking))]) }
  })
  const because = `${free.size} of ${SLOTS} slots move, so that each of ${staying.length} shards has its equal share`
  return { targets, moved: free.size, because }
}

/** How many slots each is to have. */
function sharesOf(staying: readonly StayingShard[]): Map<string, number> {
  const least = Math.floor(SLOTS / staying.length)
  const larger = SLOTS % staying.length
  const bySize = staying
    .map(({ shardId, slots }) => ({ shardId, size: slotsIn(slots).length }))
    .sort((a, b) => b.size - a.size)
  return new Map(bySize.map(({ shardId }, i) => [shardId, least + (i < larger ? 1 : 0)]))
}
