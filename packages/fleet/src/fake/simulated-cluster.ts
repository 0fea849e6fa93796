import {
  rangesOf,
  slotsIn,
  type ClusterPeer,
  type ClusterView,
  type Hop,
  type SlotRange,
} from '@cacheplane/domain'
import type { Random } from './random.ts'
import { turnTo } from './simulated-link.ts'
import { containerAt, isAwake, isSevered } from './simulated-reach.ts'
import type { EngineWorld, SimulatedCluster, SimulatedPeer, SimulatedProcess } from './world.ts'

const BANNED_MS = 60_000
/** A primary that has just started answers for so long that the cluster is down. */
const AWAITS_OTHERS_MS = 2_000

export function bootedCluster(random: Random, nowMs: number): SimulatedCluster {
  const id = Array.from({ length: 5 }, () =>
    random.between(0, 0xffffffff).toString(16).padStart(8, '0'),
  ).join('')
  return {
    id,
    epoch: 0,
    currentEpoch: 0,
    primaryId: null,
    slots: [],
    marked: new Map(),
    peers: new Map(),
    banned: new Map(),
    version: 1,
    servesAtMs: nowMs + AWAITS_OTHERS_MS,
    isDeaf: false,
  }
}

type InCluster = SimulatedProcess & { cluster: SimulatedCluster }

function isInCluster(process: SimulatedProcess): process is InCluster {
  return process.cluster !== null
}

/** Lets everybody hear of everybody whom it is connected with. */
export function gossip(worlds: readonly EngineWorld[], nowMs: number): void {
  for (const world of worlds) {
    for (const container of world.containers) {
      const { process } = container
      if (process === null || !isInCluster(process) || !isAwake(container, nowMs)) continue
      if (process.cluster.isDeaf) continue
      for (const [id, peer] of process.cluster.peers) hear(worlds, world, process, id, peer, nowMs)
    }
  }
}

function hear(
  worlds: readonly EngineWorld[],
  world: EngineWorld,
  process: InCluster,
  id: string,
  peer: SimulatedPeer,
  nowMs: number,
): void {
  const other = speakerAt(worlds, world, peer, nowMs)
  peer.isLinked = other?.cluster.id === id
  if (!peer.isLinked || other === null || peer.seenVersion === other.cluster.version) return
  peer.seenVersion = other.cluster.version
  const { epoch, primaryId, slots } = other.cluster
  Object.assign(peer, { role: other.role === 'primary' ? 'primary' : 'replica', primaryId, epoch, slots })
  process.cluster.currentEpoch = Math.max(process.cluster.currentEpoch, other.cluster.currentEpoch)
  resolveCollision(process, id, peer)
  giveWay(process, id, peer)
  learnOf(process.cluster, other.cluster, nowMs)
}

function speakerAt(
  worlds: readonly EngineWorld[],
  world: EngineWorld,
  hop: Hop,
  nowMs: number,
): InCluster | null {
  const at = containerAt(worlds, world, hop)
  if (at === null || isSevered(at.world, world) || !isAwake(at.container, nowMs)) return null
  const { process } = at.container
  return process !== null && isInCluster(process) ? process : null
}

/** Whom the other one is connected with, but for those who were forgotten a moment ago. */
function learnOf(own: SimulatedCluster, other: SimulatedCluster, nowMs: number): void {
  for (const [id, known] of other.peers) {
    const isBanned = (own.banned.get(id) ?? 0) > nowMs
    if (id === own.id || own.peers.has(id) || isBanned || !known.isLinked) continue
    own.peers.set(id, { ...known, role: 'primary', primaryId: null, epoch: 0, slots: [], seenVersion: 0 })
    own.version += 1
  }
}

/** Of two primaries with one epoch that with the lower id takes another. */
function resolveCollision(process: InCluster, id: string, peer: SimulatedPeer): void {
  const own = process.cluster
  if (process.role !== 'primary' || peer.role !== 'primary' || peer.epoch !== own.epoch || id <= own.id)
    return
  raiseEpoch(own, own.currentEpoch + 1)
}

/**
 * The greater epoch owns a slot; who has lost all of its slots to one that has nothing else follows that one. Who has given
 * them away to one that has others stays a primary without any.
 */
function giveWay(process: InCluster, winnerId: string, winner: SimulatedPeer): void {
  if (winner.role !== 'primary' || winner.slots.length === 0) return
  const taken = new Set(slotsIn(winner.slots))
  const without = (slots: SlotRange[]) => rangesOf(slotsIn(slots).filter((slot) => !taken.has(slot)))
  for (const [id, other] of process.cluster.peers) {
    if (id !== winnerId && other.epoch < winner.epoch && other.slots.length > 0)
      other.slots = without(other.slots)
  }
  const own = process.cluster
  if (own.slots.length === 0 || own.epoch >= winner.epoch) return
  const had = slotsIn(own.slots)
  const left = without(own.slots)
  if (slotsIn(left).length === had.length) return
  own.slots = left
  own.version += 1
  if (left.length === 0 && had.length === taken.size) followInCluster(process, winnerId, winner)
}

/** Also what a process does by itself. */
export function followInCluster(process: SimulatedProcess, primaryId: string, hop: Hop): void {
  if (process.cluster === null) return
  turnTo(process, hop, 0)
  process.cluster.primaryId = primaryId
  process.cluster.version += 1
}

export function meetInCluster(
  worlds: readonly EngineWorld[],
  world: EngineWorld,
  cluster: SimulatedCluster,
  hop: Hop,
  nowMs: number,
): void {
  const at = containerAt(worlds, world, hop)
  const process = speakerAt(worlds, world, hop, nowMs)
  if (at === null || process === null || process.cluster.id === cluster.id) return
  const own = findOwner(worlds, cluster)
  if (own === null) return
  introduce(cluster, process.cluster.id, hop)
  introduce(
    process.cluster,
    cluster.id,
    at.world === world ? { host: own.ip, port: own.port } : { host: world.address, port: own.port },
  )
  // Whoever is spoken to hears what the other is now.
  const speaker = process.cluster.peers.get(cluster.id)
  if (speaker !== undefined) hear(worlds, at.world, process, cluster.id, speaker, nowMs)
}

function introduce(cluster: SimulatedCluster, id: string, hop: Hop): void {
  cluster.banned.delete(id)
  if (cluster.peers.has(id)) return
  const { host, port } = hop
  const unheard = {
    role: 'primary',
    primaryId: null,
    epoch: 0,
    slots: [],
    isLinked: true,
    seenVersion: 0,
  } as const
  cluster.peers.set(id, { ...unheard, host, port, slots: [] })
  cluster.version += 1
}

function findOwner(worlds: readonly EngineWorld[], cluster: SimulatedCluster): SimulatedProcess | null {
  const processes = worlds.flatMap(({ containers }) => containers.flatMap(({ process }) => process ?? []))
  return processes.find((process) => process.cluster === cluster) ?? null
}

export function forgetInCluster(cluster: SimulatedCluster, ids: readonly string[], nowMs: number): void {
  for (const id of ids) {
    if (!cluster.peers.delete(id)) continue
    cluster.banned.set(id, nowMs + BANNED_MS)
    for (const { slot, peerId } of [...cluster.marked.values()])
      if (peerId === id) cluster.marked.delete(slot)
    cluster.version += 1
  }
}

/** Refused while somebody else owns one of them, as far as it knows. */
export function claimInCluster(
  cluster: SimulatedCluster,
  ranges: readonly SlotRange[],
  epoch: number,
): boolean {
  const own = new Set(slotsIn(cluster.slots))
  const missing = slotsIn(ranges).filter((slot) => !own.has(slot))
  if (missing.length === 0) return true
  const others = new Set([...cluster.peers.values()].flatMap(({ slots }) => slotsIn(slots)))
  if (missing.some((slot) => others.has(slot))) return false
  raiseEpoch(cluster, cluster.peers.size === 0 && cluster.epoch === 0 ? epoch : cluster.currentEpoch + 1)
  cluster.slots = rangesOf([...own, ...missing])
  return true
}

/** Everything that its primary owned, at once and without a vote. */
export function takeOverInCluster(cluster: SimulatedCluster): void {
  const { primaryId } = cluster
  if (primaryId === null) return
  raiseEpoch(cluster, cluster.currentEpoch + 1)
  const lost = cluster.peers.get(primaryId)
  cluster.slots = lost?.slots ?? []
  if (lost !== undefined) lost.slots = []
  cluster.primaryId = null
  // Most engines keep the marks of a primary from its replicas.
  cluster.marked.clear()
}

function raiseEpoch(cluster: SimulatedCluster, epoch: number): void {
  cluster.epoch = epoch
  cluster.currentEpoch = Math.max(cluster.currentEpoch, epoch)
  cluster.version += 1
}

export function clusterView(
  { role, ip, port, cluster }: SimulatedProcess,
  nowMs: number,
): ClusterView | null {
  if (cluster === null) return null
  const { id, primaryId, epoch, slots, marked } = cluster
  const own: ClusterPeer = {
    id,
    at: { host: ip, port },
    role: role === 'primary' ? 'primary' : 'replica',
    primaryId,
    isLinked: true,
    isListed: true,
    epoch,
    slots,
  }
  const peers = [own, ...[...cluster.peers].map(([peerId, peer]) => peerSeen(peerId, peer))]
  const isServing = role === 'replica' || nowMs >= cluster.servesAtMs
  return { id, peers, marked: [...marked.values()], isServing }
}

function peerSeen(id: string, peer: SimulatedPeer): ClusterPeer {
  const { host, port, role, primaryId, isLinked, epoch, slots } = peer
  return { id, at: { host, port }, role, primaryId, isLinked, isListed: true, epoch, slots }
}
