import type { Engine } from '../engines.ts'
import type { Secret } from '../secret.ts'

/**
 * The data plane: Docker engines and the cache nodes on them.
 *
 * Every `ensure…` finds or makes, every `remove…` treats absence as success, and all of them may be repeated.
 * A call never outlives its deadline. What is expected to go wrong comes back as a value; `unknown` says that the
 * call may or may not have had its effect, so that the caller must look again. A thrown error is a bug or a fault
 * nobody planned for.
 */
export interface Fleet {
  /** Capacity and reachability of each configured Docker engine. Never throws. */
  survey(): Promise<EngineReport[]>
  ensureNetwork(spec: NetworkSpec): Promise<Ensured<'subnet-taken'>>
  removeNetwork(ref: NetworkRef): Promise<Removed>
  /**
   * Finds or makes the container of this incarnation and starts it, closed to clients. Containers of earlier
   * incarnations of the same node are removed first. A container of this incarnation that has stopped is *not*
   * started again (an empty primary would wipe its replicas): the answer is `dead`.
   */
  ensureNode(spec: NodeSpec): Promise<Ensured<'port-taken' | 'address-taken' | 'image-missing' | 'dead'>>
  /** Asks the node who it is, through the control plane's own user; waits up to `patienceMs` while it starts. */
  observeNode(ref: NodeRef, patienceMs: number): Promise<NodeReading>
  /** Lets clients in. Idempotent. Only the holder of the node's lease may call it, after checking the reading. */
  openNode(spec: NodeSpec): Promise<Ensured<'not-ours' | 'dead'>>
  /** Removes every container and volume of this node, whatever the incarnation. */
  removeNode(ref: NodeRef): Promise<Removed>
  /**
   * Finds or makes the edge of this incarnation and waits until it serves; it boots with every route closed. Earlier
   * incarnations are removed first; one that has stopped is not started again, and one that has never had its ports
   * leaves nothing behind.
   */
  ensureEdge(spec: EdgeSpec): Promise<Ensured<'port-taken' | 'image-missing' | 'dead'>>
  /** Asks the edge what it routes; waits up to `patienceMs` while it starts. */
  observeEdge(ref: EdgeRef, patienceMs: number): Promise<EdgeReading>
  /**
   * Makes the endpoint's routes exactly these. Connections to a node that is no longer routed to are cut before the
   * answer, so that `ready` with a null primary is evidence that no client writes through this endpoint.
   */
  routeEndpoint(ref: EdgeRef, slot: number, routes: EndpointRoutes): Promise<Ensured<'dead'>>
  removeEdge(ref: EdgeRef): Promise<Removed>
  /** Everything on the engine that carries this installation's label, networks and volumes included. */
  inventory(engineId: string): Promise<Inventory>
  /** Removes one object found by `inventory` that no row owns. Never touches an object without our label. */
  removeOrphan(object: FleetObject): Promise<Removed>
  /** Calls back on every change of state of a container of ours; used as a hint only. Returns a function that stops it. */
  watch(onChange: (change: NodeChange) => void): () => void
  close(): Promise<void>
}

export type Ensured<Refusal extends string> =
  | { kind: 'ready' }
  | { kind: 'refused'; refusal: Refusal; because: string }
  | { kind: 'unknown'; because: string }

export type Removed = { kind: 'gone' } | { kind: 'unknown'; because: string }

export interface EngineReport {
  engineId: string
  zones: string[]
  /** Where clients reach published ports of this engine. */
  address: string
  reachable: boolean
  cpus: number
  memoryBytes: number
  because?: string
}

export interface NetworkRef {
  networkId: string
  engineId: string
}

export interface NetworkSpec extends NetworkRef {
  /** For the reader of `docker network ls`: the user's name of the owner. */
  ownerName: string
  subnet: string
  gateway: string
}

export interface NodeRef {
  nodeId: string
  incarnation: number
  engineId: string
  engine: Engine
  /** For the reader of `docker ps`. */
  cacheClusterId: string
  cacheNodeId: string
  ip: string
  port: number
  tls: boolean
}

export interface NodeSpec extends NodeRef {
  engineVersion: string
  networkId: string
  limits: NodeLimits
  /** AUTH token of the default user; null lets clients in without a password. */
  authToken: Secret | null
  /** Engine parameters by their engine names; values come from typed, allow-listed parameters only. */
  parameters: Readonly<Record<string, string>>
  /** Names and addresses that the node's TLS certificate is valid for. */
  tlsNames: readonly string[]
}

export interface NodeLimits {
  memoryBytes: number
  /** May be fractional; already capped to what the engine has. */
  cpus: number
  /** redis and valkey: `maxmemory` in bytes. */
  maxmemoryBytes: number
  /** memcached: `-m` in MB and `-t`. */
  itemMemoryMb: number
  threads: number
}

export type NodeReading =
  | {
      kind: 'serving'
      /** With patch level, as `INFO server` or `version` says. */
      version: string
      runId: string
      role: 'primary' | 'replica' | 'none'
      open: boolean
      maxmemoryBytes: number
    }
  | { kind: 'starting'; because: string }
  | { kind: 'dead'; because: string }
  | { kind: 'unknown'; because: string }

/** A proxy on an engine's host network; it carries the endpoints of many node groups, each in a slot of its own. */
export interface EdgeRef {
  edgeId: string
  incarnation: number
  engineId: string
  /** Where the control plane speaks to it, with TLS and a client certificate. */
  controlPort: number
}

export interface EdgeSpec extends EdgeRef {
  /** Declared once, at the start: other slots take another incarnation. */
  slots: readonly EdgeSlot[]
}

export interface EdgeSlot {
  slot: number
  primaryPort: number
  readerPort: number
}

/** A node as an edge reaches it: by its own address on the same engine, by its published port on another. */
export interface RouteTarget {
  engineId: string
  ip: string
  address: string
  port: number
}

export interface EndpointRoutes {
  /** Null closes the endpoint for writers. */
  primary: RouteTarget | null
  /** At most `READERS_MAX`; with none, readers are sent to the primary. */
  readers: readonly RouteTarget[]
}

/** As many replicas as a node group can have. */
export const READERS_MAX = 5

export type EdgeReading =
  | { kind: 'serving'; routes: readonly { slot: number; primary: Hop | null; readers: readonly Hop[] }[] }
  | { kind: 'starting'; because: string }
  | { kind: 'dead'; because: string }
  | { kind: 'unknown'; because: string }

/** Where an edge sends connections to. */
export interface Hop {
  host: string
  port: number
}

export type ObjectKind = 'container' | 'network' | 'volume'

export interface FleetObject {
  kind: ObjectKind
  engineId: string
  /** Docker's id or name, opaque to callers. */
  ref: string
  name: string
  /** Node, edge or network id that the object was made for. */
  ownerId: string
  incarnation: number | null
  /** Containers only. */
  state: 'created' | 'running' | 'paused' | 'exited' | 'other' | null
  createdAt: Date | null
}

export type Inventory = { kind: 'known'; objects: FleetObject[] } | { kind: 'unknown'; because: string }

export interface NodeChange {
  engineId: string
  nodeId: string
  incarnation: number
  change: 'died' | 'removed' | 'paused' | 'other'
}
