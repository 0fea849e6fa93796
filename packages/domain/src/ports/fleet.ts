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

export type ObjectKind = 'container' | 'network' | 'volume'

export interface FleetObject {
  kind: ObjectKind
  engineId: string
  /** Docker's id or name, opaque to callers. */
  ref: string
  name: string
  /** Node or network id that the object was made for. */
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
