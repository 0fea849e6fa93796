import type { SlotRange } from '../cluster/slots.ts'
import type { CacheCluster, CacheNode } from '../resources.ts'

export type ClusterReading = { kind: 'known'; view: ClusterView } | { kind: 'unknown'; because: string }

/** A node's own view of its cluster; others may see it otherwise. */
export interface ClusterView {
  /** Its own id. */
  id: string
  /** Whom it knows, itself included. */
  peers: ClusterPeer[]
  /** Slots that it marks as on their way. */
  marked: MarkedSlot[]
  /** It takes commands; one that has just started, or is out of most primaries' reach, answers that the cluster is down. */
  isServing: boolean
}

/** A slot on its way to another node, or from it. */
export interface MarkedSlot {
  slot: number
  mark: 'migrating' | 'importing'
  peerId: string
}

/** What a node is to take a slot for; `owned` by itself or another. */
export interface SlotMark {
  mark: MarkedSlot['mark'] | 'owned'
  /** The other end of the way, or the owner, by its id in the cluster. */
  peerId: string
}

/** How long keys are sent for, and how long sending one of them, and its being taken in, may take. */
export interface DrainPace {
  withinMs: number
  sendMs: number
}

/**
 * `left`: the time was over first. `slow`: there is a key that takes longer to send than it may. `unmarked`: it does not
 * know, or not any more, that they are on their way there.
 */
export type Drained =
  | { kind: 'drained' | 'left' | 'slow' | 'unmarked'; keys: number }
  | { kind: 'refused'; refusal: 'dead'; because: string }
  | { kind: 'unknown'; because: string }

export interface ClusterPeer {
  id: string
  /** Where other nodes find it. */
  at: { host: string; port: number }
  role: 'primary' | 'replica'
  primaryId: string | null
  /** The two are connected, and it is not taken for lost. */
  isLinked: boolean
  /** Clients who ask for the owners of slots, and who copies them, are told of it. */
  isListed: boolean
  /** Of its claim to its slots: of two claims to one slot the greater counts. */
  epoch: number
  slots: SlotRange[]
}

/** Another shard of the same cluster, with the slots that are on their way there. */
export interface SisterShard {
  shardId: string
  nodeGroupId: string
  slots: SlotRange[]
  primary: { node: CacheNode; cluster: CacheCluster } | null
}

/** Where slots are on their way. */
export interface ReshardingAround {
  /** Slots on their way from this shard; null when there are none. */
  leaving: { toShardId: string; slots: SlotRange[] } | null
  /** They are being given to their new owner at this moment. */
  isHandingOver: boolean
}
