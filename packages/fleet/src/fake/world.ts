import type { Certificate, ClusterPeer, Engine, Hop, MarkedSlot, SlotRange } from '@cacheplane/domain'
import type { ContainerEvent, ContainerFacts, ContainerState } from '../core/docker-engine.ts'
import type { Labels } from '../core/labels.ts'
import type { SimulatedEdge } from './simulated-edge.ts'

/** Everything that stands on one simulated engine. Tests read it; only the simulated engine writes it. */
export interface EngineWorld {
  readonly engineId: string
  readonly address: string
  readonly containers: SimulatedContainer[]
  readonly networks: SimulatedNetwork[]
  readonly volumes: SimulatedVolume[]
  /** Published ports and subnets held by something that is not a container or network here. */
  readonly occupiedPorts: Set<number>
  readonly occupiedSubnets: Set<string>
  /** `valkey-8.1`, or `edge`; what is listed here is not on the engine. */
  readonly missingImages: Set<string>
  /** Other names for what `valkey-8.1` and the like stand for since they were built again. */
  readonly rebuiltImages: Map<string, string>
  /**
   * `hung` takes a call and never answers, `unreachable` answers at once that nobody is there; the nodes are there all the
   * same. Of a `dark` engine nothing can be heard, nodes and edges included.
   */
  state: 'up' | 'hung' | 'unreachable' | 'dark'
  /** Full copies to its nodes take so long, and whoever receives one says nothing meanwhile; null for the usual time. */
  slowCopyMs: number | null
  readonly listeners: Set<(event: ContainerEvent) => void>
  /** Connections that are held to nodes in order to notice when they fall silent. */
  readonly probes: Set<SimulatedProbe>
  /** How many objects were ever made; numbers the next one. */
  made: number
}

interface SimulatedProbe {
  isAnswered: () => boolean
  onTrouble: (because: string) => void
  heardAtMs: number
}

export interface SimulatedContainer {
  ref: string
  name: string
  labels: Labels
  state: ContainerState
  /** Why it stopped. */
  because: string
  createdAt: Date
  /** Monotonic time at which the process inside answers; infinite until it is started. */
  answersAtMs: number
  networkName: string | null
  imageId: string
  /** False while it is cut off from its network. */
  attached: boolean
  /** Its process stands still, and Docker knows nothing of it. */
  isHung: boolean
  /** What runs inside: a cache, an edge, or neither in a foreign container. */
  process: SimulatedProcess | null
  edge: SimulatedEdge | null
  /** What it has printed. */
  log: string
}

export interface SimulatedProcess {
  nodeId: string
  incarnation: number
  engine: Engine
  version: string
  runId: string
  ip: string
  port: number
  plainPort: number | null
  busPort: number | null
  tls: boolean
  /** What it shows, and what lies in its files; null without TLS. */
  certificate: Certificate | null
  certificateFile: Certificate | null
  open: boolean
  /** Set when it was opened with a token. */
  authenticates: boolean
  maxmemoryBytes: number
  /** Its configuration, as far as parameter groups say it. */
  parameters: Record<string, string>
  /** What clients may log in with once it is open. */
  tokens: string[]
  /** Who may log in to a Memcached process. */
  logins: string[]
  /** Taken by data that a test does not want to write. */
  ballastBytes: number
  role: 'primary' | 'replica' | 'none'
  /** It leads and takes no writes. */
  lends: boolean
  /** Until when writes wait. */
  heldUntilMs: number
  /** Whether its replication user is on. */
  replicasAdmitted: boolean
  historyId: string
  formerHistoryId: string | null
  /** What it holds, in the order of its history. */
  writes: SimulatedWrite[]
  /** Pings in its history, and since when it sends its own. */
  pings: number
  pingsSinceMs: number
  /** Null for a primary. */
  link: SimulatedLink | null
  /** Null without cluster mode. */
  cluster: SimulatedCluster | null
}

/** What a process knows of its cluster, and is in it. */
export interface SimulatedCluster {
  id: string
  epoch: number
  /** The greatest that it has heard of. */
  currentEpoch: number
  primaryId: string | null
  slots: SlotRange[]
  /** Slots on their way, as a node says of itself. */
  marked: Map<number, MarkedSlot>
  /** Everybody else that it knows, by id. */
  peers: Map<string, SimulatedPeer>
  /** Until when it does not learn of somebody again, by id. */
  banned: Map<string, number>
  /** Counts its changes, so that others look only at what is new. */
  version: number
  /** As a primary it serves from then on: it lets the cluster find together first. */
  servesAtMs: number
  /** It hears of others' changes only from who is told to speak to it. */
  isDeaf: boolean
}

export interface SimulatedPeer extends Hop {
  role: ClusterPeer['role']
  primaryId: string | null
  epoch: number
  slots: SlotRange[]
  isLinked: boolean
  seenVersion: number
}

export interface SimulatedLink {
  host: string
  port: number
  tls: boolean
  state: 'down' | 'syncing' | 'up'
  /** Of the process it is connected to: one that took its place is another. */
  runId: string
  /** When it may connect again, or when its full copy is complete. */
  readyAtMs: number
  /** When its primary began to make the full copy. */
  forkedAtMs: number
  /** From when on it is sent what was written since: it has acknowledged its copy. */
  streamsAtMs: number
  heardAtMs: number
}

export interface SimulatedWrite {
  value: string
  atMs: number
}

export interface SimulatedNetwork {
  ref: string
  name: string
  labels: Labels
  subnet: string
  createdAt: Date
}

interface SimulatedVolume {
  ref: string
  name: string
  labels: Labels
  createdAt: Date
}

export function emptyWorld(engineId: string, address: string): EngineWorld {
  return {
    engineId,
    address,
    containers: [],
    networks: [],
    volumes: [],
    occupiedPorts: new Set(),
    occupiedSubnets: new Set(),
    missingImages: new Set(),
    rebuiltImages: new Map(),
    state: 'up',
    slowCopyMs: null,
    listeners: new Set(),
    probes: new Set(),
    made: 0,
  }
}

/** A change of state as Docker's event stream tells it; nothing comes from an engine that is not up. */
export function emit(world: EngineWorld, event: ContainerEvent): void {
  if (world.state === 'up') for (const listener of world.listeners) listener(event)
}

/** The process ends; the container stays, as with restart policy `no`. */
export function stop(world: EngineWorld, container: SimulatedContainer, because: string): void {
  container.state = 'exited'
  container.because = because
  emit(world, { action: 'died', labels: container.labels })
}

export function findContainer(world: EngineWorld, ref: string): SimulatedContainer | undefined {
  return world.containers.find((container) => container.ref === ref || container.name === ref)
}

/** What answers at an address inside the engine's networks. */
export function processAt(world: EngineWorld, ip: string, port: number): SimulatedContainer | undefined {
  return world.containers.find(
    ({ state, process }) =>
      (state === 'running' || state === 'paused') && process?.ip === ip && portsOf(process).includes(port),
  )
}

/** Where its clients, and its replicas, find it. */
export function portsOf({ port, plainPort }: SimulatedProcess): number[] {
  return plainPort === null ? [port] : [port, plainPort]
}

export function removeWhere<T>(list: T[], matches: (item: T) => boolean): boolean {
  const index = list.findIndex(matches)
  if (index >= 0) list.splice(index, 1)
  return index >= 0
}

/** What Docker says of it. */
export function factsOf(container: SimulatedContainer): ContainerFacts {
  const { ref, name, labels, createdAt, state, attached, imageId } = container
  return { ref, name, labels, createdAt, state, attached, imageId }
}

/** No two are ever the same. */
export function newRef(world: EngineWorld, kind: string): string {
  world.made += 1
  return `${world.engineId}-${kind}-${world.made}`
}
