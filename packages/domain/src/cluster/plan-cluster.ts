import type { ClusterPeer, ClusterView } from '../ports/cluster.ts'
import type { Hop } from '../ports/edges.ts'
import type { ShardSlots } from './plan-resharding.ts'
import { slotsAfter } from './plan-slot-move.ts'
import { isSameSlots, rangesOf, SLOTS, slotsIn, type SlotRange } from './slots.ts'

/** A node of a cluster as its row has it, and as it sees the cluster; the view is null while it cannot be asked. */
export interface ClusterNode {
  nodeId: string
  /** What it is called in the cluster: another for every container, null until one has been heard. */
  clusterNodeId: string | null
  shardId: string
  isPrimary: boolean
  /** It was let in: clients are to be told of it. */
  isOpen: boolean
  /** Where other nodes may find this container. */
  at: readonly Hop[]
  view: ClusterView | null
}

export type ClusterAction =
  | { do: 'forget'; nodeId: string; clusterNodeIds: string[] }
  | { do: 'introduce'; nodeId: string; peerIds: string[] }
  | { do: 'claim'; nodeId: string; slots: SlotRange[] }

/** Some slots are on their way between shards, and may be seen at either end. */
export interface Moving {
  /** Those that are right now, and who gets them. */
  now: { toShardId: string; slots: readonly SlotRange[] } | null
}

export interface ClusterPlan {
  actions: ClusterAction[]
  /** What is still to come, null when every node sees the cluster as it should be. */
  because: string | null
}

/** A node that answers as the container that its row knows. */
interface Seen extends ClusterNode {
  clusterNodeId: string
  view: ClusterView
}

/**
 * What brings the nodes' views of their cluster closer to what the rows say: whoever is gone is forgotten by everybody, whoever
 * came is introduced to everybody, whoever is seen as it was before speaks up, and a slot that nobody owns is claimed by
 * the primary that should. Whom a node sees and the rows do not know may be newer than the rows: it is forgotten once it is
 * out of reach, or where it is at an address that is nobody's, as that of every container before.
 *
 * @param shards what their primaries are to own
 * @param moving null unless slots are on their way between shards
 */
export function planCluster(
  nodes: readonly ClusterNode[],
  shards: readonly ShardSlots[],
  moving: Moving | null = null,
): ClusterPlan {
  const seen = nodes.filter((node): node is Seen => node.view !== null && node.view.id === node.clusterNodeId)
  const known = new Set(nodes.flatMap(({ clusterNodeId }) => clusterNodeId ?? []))
  const forgets = seen.flatMap((node) => forget(node, nodes, moving))
  const introductions = introduce(seen)
  const isSettled = forgets.length === 0 && introductions.length === 0
  // Of slots on their way, the keys are with whoever gets them as soon as their owner gave them up.
  const due = moving?.now ? slotsAfter(shards, moving.now) : shards
  const claims = isSettled ? due.flatMap((shard) => claim(shard, seen)) : []
  const actions = [...forgets, ...introductions, ...claims, ...(isSettled ? remind(seen) : [])]
  const owned = moving === null ? shards : null
  const disagreements = seen.flatMap((node) => disagreement(node, nodes, owned, known) ?? [])
  return { actions, because: disagreements[0] ?? (actions.length > 0 ? 'the cluster is changing' : null) }
}

function forget(
  { nodeId, view }: Seen,
  nodes: readonly ClusterNode[],
  moving: Moving | null,
): ClusterAction[] {
  // With whom it forgets it would forget that slots are on their way there: their keys would seem to be gone.
  const onTheirWay = new Set(slotsIn(moving?.now?.slots ?? []))
  const isEnd = (id: string): boolean =>
    view.marked.some(({ slot, peerId }) => peerId === id && onTheirWay.has(slot))
  const isAtNobodys = ({ host, port }: Hop): boolean =>
    nodes.every(({ at }) => at.every((hop) => hop.host !== host || hop.port !== port))
  const ghosts = view.peers
    .filter((peer) => nodes.every(({ clusterNodeId }) => clusterNodeId !== peer.id))
    .filter((peer) => !peer.isLinked || isAtNobodys(peer.at))
    .filter(({ id }) => !isEnd(id))
    .map(({ id }) => id)
  return ghosts.length === 0 ? [] : [{ do: 'forget', nodeId, clusterNodeIds: ghosts }]
}

/** Of two who do not know each other one is enough to speak first. */
function introduce(seen: readonly Seen[]): ClusterAction[] {
  const knows = (a: Seen, b: Seen) => a.view.peers.some(({ id }) => id === b.clusterNodeId)
  return seen.flatMap((one, i): ClusterAction[] => {
    const missing = seen.filter((other, j) => !knows(one, other) && (i < j || knows(other, one)))
    const peerIds = missing.map(({ nodeId }) => nodeId)
    return peerIds.length === 0 ? [] : [{ do: 'introduce', nodeId: one.nodeId, peerIds }]
  })
}

/** Nodes tell what they are every other second; one that speaks to another tells it at once. */
function remind(seen: readonly Seen[]): ClusterAction[] {
  return seen.flatMap((one): ClusterAction[] => {
    const own = one.view.peers.find(({ id }) => id === one.clusterNodeId)
    const stale = seen.filter(({ view }) => {
      const peer = view.peers.find(({ id }) => id === one.clusterNodeId)
      const isHidden = peer !== undefined && one.isOpen && isUntold(peer, view.peers)
      return own !== undefined && peer !== undefined && (isHidden || !isAlike(own, peer))
    })
    return stale.length === 0
      ? []
      : [{ do: 'introduce', nodeId: one.nodeId, peerIds: stale.map(({ nodeId }) => nodeId) }]
  })
}

function isAlike(a: ClusterPeer, b: ClusterPeer): boolean {
  return a.role === b.role && a.primaryId === b.primaryId && isSameSlots(a.slots, b.slots)
}

function claim({ shardId, slots }: ShardSlots, seen: readonly Seen[]): ClusterAction[] {
  const primary = seen.find((node) => node.shardId === shardId && node.isPrimary)
  const own = primary?.view.peers.find(({ id }) => id === primary.clusterNodeId)
  if (primary === undefined || own?.role !== 'primary' || isSameSlots(own.slots, slots)) return []
  const owned = new Set(primary.view.peers.flatMap((peer) => slotsIn(peer.slots)))
  const free = rangesOf(slotsIn(slots).filter((slot) => !owned.has(slot)))
  return free.length === 0 ? [] : [{ do: 'claim', nodeId: primary.nodeId, slots: free }]
}

/** Why this node's view is not what the rows say; null when it is. */
function disagreement(
  { nodeId, isOpen, view }: Seen,
  nodes: readonly ClusterNode[],
  shards: readonly ShardSlots[] | null,
  known: ReadonlySet<string>,
): string | null {
  const ghost = view.peers.find(({ id }) => !known.has(id))
  if (ghost !== undefined) return `node ${nodeId} still knows somebody who is gone`
  // One that cannot be asked may be unknown to those who came since.
  const heard = nodes.filter((node) => node.view !== null && node.clusterNodeId !== null)
  const peerOf = ({ clusterNodeId }: ClusterNode) => view.peers.find(({ id }) => id === clusterNodeId)
  for (const node of heard) {
    const peer = peerOf(node)
    if (peer === undefined) return `node ${nodeId} does not know node ${node.nodeId} yet`
    if (!isInPlace(peer, node, nodes, view.peers))
      return `node ${nodeId} does not see node ${node.nodeId} in its place yet`
  }
  const isElsewhere = ({ shardId, slots }: ShardSlots): boolean => {
    const primary = heard.find((node) => node.shardId === shardId && node.isPrimary)
    return primary !== undefined && !isSameSlots(peerOf(primary)?.slots ?? [], slots)
  }
  if (shards === null && slotsIn(view.peers.flatMap(({ slots }) => slots)).length < SLOTS)
    return `node ${nodeId} does not see an owner of each slot`
  if (shards?.some(isElsewhere) === true) return `node ${nodeId} does not see all slots where they belong yet`
  if (!haveDistinctEpochs(view.peers)) return `node ${nodeId} sees two primaries of one epoch`
  return isOpen && !view.isServing ? `node ${nodeId} does not serve its cluster yet` : null
}

function isInPlace(
  peer: ClusterPeer,
  node: ClusterNode,
  nodes: readonly ClusterNode[],
  peers: readonly ClusterPeer[],
): boolean {
  if (node.isOpen && isUntold(peer, peers)) return false
  if (node.isPrimary) return peer.role === 'primary'
  const primary = nodes.find((other) => other.shardId === node.shardId && other.isPrimary)
  return peer.role === 'replica' && peer.primaryId === primary?.clusterNodeId
}

/** Clients are not told of it although it has something for them: its name or its data have not been heard of. */
function isUntold({ primaryId, slots, isListed }: ClusterPeer, peers: readonly ClusterPeer[]): boolean {
  const primary = peers.find(({ id }) => id === primaryId)
  return !isListed && (slots.length > 0 || (primary !== undefined && primary.slots.length > 0))
}

/** Which of two claims to a slot counts is decided by epochs, so that no two may be equal. */
function haveDistinctEpochs(peers: readonly ClusterPeer[]): boolean {
  const epochs = peers
    .filter(({ role, slots }) => role === 'primary' && slots.length > 0)
    .map(({ epoch }) => epoch)
  return new Set(epochs).size === epochs.length
}
