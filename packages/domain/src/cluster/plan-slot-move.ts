import type { ReshardingTargets } from '../resources.ts'
import type { ShardSlots } from './plan-resharding.ts'
import { rangesOf, slotsIn, type SlotRange } from './slots.ts'

/** Slots that go from one shard to another together. */
export interface SlotMove {
  fromShardId: string
  toShardId: string
  slots: SlotRange[]
}

/**
 * The next slots to move, at most `most` of them; null when every shard has what it is to have. A shard without slots gets one
 * first: clients know shards by what they own, and some fail when they are sent to one that owns nothing.
 */
export function planSlotMove(
  shards: readonly ShardSlots[],
  targets: ReshardingTargets,
  most: number,
): SlotMove | null {
  const owners = new Map(
    targets.flatMap(({ shardId, slots }) => slotsIn(slots).map((slot) => [slot, shardId] as const)),
  )
  for (const { shardId, slots } of shards) {
    const misplaced = slotsIn(slots).filter((slot) => (owners.get(slot) ?? shardId) !== shardId)
    const toShardId = owners.get(misplaced[0] ?? -1)
    if (toShardId === undefined) continue
    const isKnown = shards.some((shard) => shard.shardId === toShardId && shard.slots.length > 0)
    const together = misplaced.filter((slot) => owners.get(slot) === toShardId).slice(0, isKnown ? most : 1)
    return { fromShardId: shardId, toShardId, slots: rangesOf(together) }
  }
  return null
}

/** How many slots are not yet where they are to be. */
export function slotsLeft(shards: readonly ShardSlots[], targets: ReshardingTargets): number {
  const wanted = new Map(targets.map(({ shardId, slots }) => [shardId, new Set(slotsIn(slots))]))
  const isLeft = (shardId: string) => (slot: number) => wanted.get(shardId)?.has(slot) === false
  return shards.reduce((sum, { shardId, slots }) => sum + slotsIn(slots).filter(isLeft(shardId)).length, 0)
}

/** What shards own once the move is done. */
export function slotsAfter(
  shards: readonly ShardSlots[],
  move: { toShardId: string; slots: readonly SlotRange[] },
): ShardSlots[] {
  const moved = slotsIn(move.slots)
  const isMoved = new Set(moved)
  return shards.map(({ shardId, slots }) => {
    const others = slotsIn(slots).filter((slot) => !isMoved.has(slot))
    return { shardId, slots: rangesOf(shardId === move.toShardId ? [...others, ...moved] : others) }
  })
}

/**
 * What shards own by their primaries' own word, where that is not what the rows say: a failover in the middle of a move may
 * have brought slots back. Null while two claim the same slot, which epochs decide.
 *
 * @param claims of the primaries that could be asked; the others own what the rows say
 */
export function reconcileSlots(
  rows: readonly ShardSlots[],
  claims: ReadonlyMap<string, readonly SlotRange[]>,
): ShardSlots[] | null {
  const claimants = new Map<number, string>()
  for (const [shardId, slots] of claims) {
    for (const slot of slotsIn(slots)) {
      if (claimants.has(slot)) return null
      claimants.set(slot, shardId)
    }
  }
  const owners = new Map(
    rows.flatMap(({ shardId, slots }) =>
      slotsIn(slots).map((slot) => [slot, claimants.get(slot) ?? shardId] as const),
    ),
  )
  return rows.map(({ shardId }) => ({
    shardId,
    slots: rangesOf([...owners].flatMap(([slot, owner]) => (owner === shardId ? [slot] : []))),
  }))
}
