import type { ClusterView } from '../ports/cluster.ts'
import { slotsIn, type SlotRange } from './slots.ts'

/** The primary of another shard. */
export interface Sister {
  nodeId: string
  /** What is its shard's by the rows, together with what is on its way there. */
  slots: readonly SlotRange[]
  /** Null while it cannot be asked. */
  view: ClusterView | null
}

export interface TakeoverPlan {
  /** Who is to speak to the candidate before it takes over. */
  speakerIds: string[]
  /** Why it must not take over yet; null when it may. */
  because: string | null
}

/**
 * A replica that takes over claims everything that its primary owned as far as it has heard, under an epoch greater than any
 * it knows. Slots that went to another shard a moment ago would come back, and their new owner would drop its keys. So
 * it first has to hear of every owner that it takes its primary for.
 *
 * @param view of the candidate
 */
export function planTakeover(view: ClusterView, sisters: readonly Sister[]): TakeoverPlan {
  const own = view.peers.find(({ id }) => id === view.id)
  if (own === undefined || own.role === 'primary') return { speakerIds: [], because: null }
  const lost = view.peers.find(({ id }) => id === own.primaryId)
  const claimed = new Set(slotsIn(lost?.slots ?? []))
  const isClaimed = (slots: readonly SlotRange[]): boolean => slotsIn(slots).some((slot) => claimed.has(slot))
  const unheard = sisters.find((sister) => sister.view === null && isClaimed(sister.slots))
  const speakerIds = sisters
    .filter((sister) => sister.view !== null && isClaimed(ownedBy(sister.view)))
    .map(({ nodeId }) => nodeId)
  if (speakerIds.length > 0)
    return { speakerIds, because: 'it has not heard of slots that went to another shard' }
  return {
    speakerIds,
    because: unheard === undefined ? null : `node ${unheard.nodeId} does not say what it owns`,
  }
}

function ownedBy({ id, peers }: ClusterView): readonly SlotRange[] {
  const own = peers.find((peer) => peer.id === id)
  return own?.role === 'primary' ? own.slots : []
}
