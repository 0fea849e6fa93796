import type { Certificate } from '../certificate.ts'
import type { SlotRange } from '../cluster/slots.ts'
import type { Engine } from '../engines.ts'
import type { Secret } from '../secret.ts'
import type { Seed } from '../snapshots/plan-seed.ts'
import type { Copied, ForeignFile, Imported, Saved, Trial, Tried } from './backups.ts'
import type { ImageSurvey } from '../service-updates/service-update.ts'
import type { ClusterReading, Drained, DrainPace, SlotMark } from './cluster.ts'
import type { DiscoveryList } from './discovery-list.ts'
import type { VaultFile } from './vault.ts'
import type { EdgeReading, EdgeRef, EdgeSpec, EndpointRoutes, RouteTarget } from './edges.ts'
import type { FleetObject, Inventory, NodeChange } from './fleet-objects.ts'
import type { NodeReading } from './node-reading.ts'

/**
 * The data plane: Docker engines and the cache nodes on them.
 *
 * Every `ensure…` finds or makes, every `remove…` treats absence as success, and all of them may be repeated.
 * A call never outlives its deadline. What is expected to go wrong comes back as a value; `unknown` says that the
 * call may or may not have had its effect, so that the caller must look again. A thrown error is a bug or a fault
 * nobody planned for.
 */
export interface Fleet {
  /**
   * Tells which engine a zone's address led to when it was last heard: its nodes can then be judged, and found unreachable,
   * though it has not answered this process yet. Whatever it says itself counts for more.
   */
  recallEngines(zones: readonly { name: string; engineId: string }[]): void
  /** Capacity and reachability of each configured Docker engine. Never throws. */
  survey(): Promise<EngineReport[]>
  /** What the engine would make nodes of, and what those that stand there were made of. */
  surveyImages(
    engineId: string,
  ): Promise<({ kind: 'known' } & ImageSurvey) | { kind: 'unknown'; because: string }>
  ensureNetwork(spec: NetworkSpec): Promise<Ensured<'subnet-taken'>>
  removeNetwork(ref: NetworkRef): Promise<Removed>
  /**
   * Finds or makes the container of this incarnation and starts it, closed to clients. Containers of earlier
   * incarnations of the same node are removed first. A container of this incarnation that has stopped is *not*
   * started again (an empty primary would wipe its replicas): the answer is `dead`.
   */
  ensureNode(
    spec: NodeSpec,
  ): Promise<Ensured<'port-taken' | 'address-taken' | 'image-missing' | 'seed-damaged' | 'dead'>>
  /** What the container of this incarnation was made of; null when its engine does not say. */
  imageOf(ref: NodeRef): Promise<string | null>
  /** Asks the node who it is, through the control plane's own user; waits up to `patienceMs` while it starts. */
  observeNode(ref: NodeRef, patienceMs: number): Promise<NodeReading>
  /**
   * Like `observeNode`, for a node that was serving: asks the node and its engine at the same time and answers as soon
   * as one of them is conclusive, `withinMs` at the latest.
   */
  examineNode(ref: NodeRef, withinMs: number): Promise<NodeReading>
  /**
   * Holds a connection to the node and tells when it closes, or when the node stops answering on it. A hint only, and
   * milliseconds faster than the engine's own. Returns a function that stops it; null while the node's engine has not been
   * heard yet: then nothing is held, and it has to be asked for again.
   */
  probeNode(ref: NodeRef, onTrouble: (because: string) => void): (() => void) | null
  /** Lets clients and replicas in. Idempotent. Only the holder of the lease may call it, after checking the reading. */
  openNode(spec: NodeSpec): Promise<Ensured<'not-ours' | 'dead'>>
  /**
   * Has a running node do as `parameters` and the spec's tokens say, and touches nothing that does already. Who is let in
   * at all stays as it is.
   */
  configureNode(spec: NodeSpec, parameters: Readonly<Record<string, string>>): Promise<Ensured<'dead'>>
  /** What `configureNode` would change, by its names; null when the node does not say. */
  findDrift(spec: NodeSpec, parameters: Readonly<Record<string, string>>): Promise<string[] | null>
  /** What the node shows in a handshake; null without TLS, and when it does not answer. */
  certificateOf(ref: NodeRef): Promise<Certificate | null>
  /** Gives a running node another certificate: connections live on, and handshakes from then on show it. */
  renewCertificate(spec: NodeSpec): Promise<Ensured<'dead'>>
  /**
   * Shuts clients out of a living node and cuts their connections: nothing is acknowledged any more, and nothing is lost.
   * Replicas that follow it go on, others are refused. `openNode` lets all of them in again.
   */
  closeNode(ref: NodeRef): Promise<Ensured<'dead'>>
  /**
   * Has a living node keep writes waiting, unanswered, for so long; 0 lets them go on. Its clients stay, and read. Replicas
   * that follow it go on.
   */
  holdWrites(ref: NodeRef, ms: number): Promise<Ensured<'dead'>>
  /**
   * Has the node copy `source` and follow it. A node that follows it already is left alone. In cluster mode the two are
   * introduced first, which takes a moment: `unknown` until they know each other.
   */
  followPrimary(spec: NodeSpec, source: ReplicationSource): Promise<Ensured<'dead'>>
  /**
   * Has a replica whose primary is lost hand its data on: it leads a history of its own, and takes no writes until it is
   * promoted or follows again.
   */
  lendNode(ref: NodeRef): Promise<Ensured<'dead'>>
  /** Ends the following: the node takes writes on a history of its own. Never repeated by the fleet itself. */
  promoteNode(spec: NodeSpec): Promise<Ensured<'dead'>>
  /** Asks a node in cluster mode how it sees its cluster. */
  readCluster(ref: NodeRef): Promise<ClusterReading>
  /** Has the node speak to others, and so get to know each other. Whom it knows already it goes on knowing. */
  introduceNode(ref: NodeRef, peers: readonly PeerTarget[]): Promise<Ensured<'dead'>>
  /** Has the node forget others by their ids in the cluster; it does not learn of them again for a minute. */
  forgetPeers(ref: NodeRef, clusterNodeIds: readonly string[]): Promise<Ensured<'dead'>>
  /**
   * Has a primary own slots that nobody owns as far as it knows. `epoch` is for one that knows nobody yet: another for every
   * primary that starts so; later ones take the greatest by themselves.
   */
  claimSlots(ref: NodeRef, slots: readonly SlotRange[], epoch: number): Promise<Ensured<'dead'>>
  /**
   * Marks slots as on their way, or gives them to their new owner. An owner-to-be must have them marked before it is told,
   * so that its claim is newer than that of the owner before; where it already is as asked, nothing is touched.
   */
  setSlots(ref: NodeRef, slots: readonly SlotRange[], as: SlotMark): Promise<Ensured<'dead'>>
  /**
   * Has a node send the keys of slots that it marks as on their way to their new owner, for so long, in small portions with
   * pauses in which it serves its clients. What the new owner has of them is overwritten: the sender is the owner still.
   */
  drainSlots(ref: NodeRef, slots: readonly SlotRange[], to: DrainTarget, pace: DrainPace): Promise<Drained>
  /**
   * Makes sure that this incarnation never serves again: it is dead already, or it is killed and seen dead. Only
   * `fenced` is evidence.
   */
  fenceNode(ref: NodeRef): Promise<Fenced>
  /** Stops every process of this incarnation where it stands; nothing of it is lost. */
  freezeNode(ref: NodeRef): Promise<Ensured<'dead'>>
  /** Lets a frozen incarnation go on. One that is dead, or of another incarnation, is never touched. */
  thawNode(ref: NodeRef): Promise<Ensured<'dead'>>
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
  /**
   * Has a configuration endpoint show this list to clients that discover; null shows none. A list of the same cluster with
   * a higher version stays. Nobody but an edge of that kind has such endpoints.
   */
  publishList(ref: EdgeRef, slot: number, list: DiscoveryList | null): Promise<Ensured<'dead'>>
  /** What the edge shows to whoever drives it; null when it does not answer. */
  edgeCertificateOf(ref: EdgeRef): Promise<Certificate | null>
  /**
   * Gives a running edge other certificates, that of its configuration endpoints among them: connections live on, and
   * handshakes from then on show them.
   */
  renewEdgeCertificates(spec: EdgeSpec): Promise<Ensured<'dead'>>
  removeEdge(ref: EdgeRef): Promise<Removed>
  /**
   * Has the node write out everything it holds as of one moment, straight into the vault under the trial's file id, and at the
   * same time into an engine that nobody can reach. A file that is in the vault already is answered as it is, and not
   * loaded, so that this can be repeated.
   */
  saveNode(ref: NodeRef, trial: Trial): Promise<Saved>
  /**
   * Brings a file that lies somewhere else into the vault under the trial's file id, and at the same time into an engine that
   * nobody can reach. `refused` when it is not there, larger than `maxBytes`, or not what the engine can load.
   */
  importFile(trial: Trial, from: ForeignFile, maxBytes: number): Promise<Imported>
  /** Loads a file of the vault into an engine that nobody can reach, and says what became of it. */
  tryFile(trial: Trial): Promise<Tried>
  /** Of one that broke off. */
  removeTrial(trial: Pick<Trial, 'fileId' | 'engineId'>): Promise<Removed>
  /** Has the vault keep the content of a file under another id as well, byte by byte. */
  copyFile(from: VaultFile, fileId: string): Promise<Copied>
  removeFile(fileId: string): Promise<Removed>
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
  /** Takes plain text while `port` takes TLS; null for a node that takes one of them only. */
  plainPort: number | null
  /** Where the nodes of a cluster speak to one another; null without cluster mode. */
  busPort: number | null
  tls: boolean
  /** Of a Memcached node: nobody is heard before he has logged in, and neither are we. */
  asksLogin: boolean
}

/** Who may log in to a Memcached node. */
export interface SaslUser {
  userName: string
  password: Secret
}

export interface NodeSpec extends NodeRef {
  saslUsers: readonly SaslUser[]
  engineVersion: string
  networkId: string
  /** Whose replication password its replicas show; null for a node that never has any. */
  nodeGroupId: string | null
  limits: NodeLimits
  /** Announced to clients, who are sent there by other nodes of its cluster. */
  address: string
  /** AUTH token of the default user; null lets clients in without a password. */
  authToken: Secret | null
  /** Good as well as `authToken`; null where there is no other. */
  formerAuthToken: Secret | null
  /** Engine parameters by their engine names; values come from typed, allow-listed parameters only. */
  parameters: Readonly<Record<string, string>>
  /** Names and addresses that the node's TLS certificate is valid for. */
  tlsNames: readonly string[]
  /** What it holds from the start; null for a node that begins empty. */
  seed: Seed | null
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

/** Where a replica copies from, and as whom it logs in. */
export interface ReplicationSource {
  target: RouteTarget
  /** The node group, whose nodes share a replication password. */
  nodeGroupId: string
  /** In cluster mode: its id there, and where it speaks to other nodes. */
  inCluster: { clusterNodeId: string; busPort: number } | null
}

/** A node as another of its cluster speaks to it. */
export interface PeerTarget extends RouteTarget {
  busPort: number
}

/** Where keys are sent. */
export interface DrainTarget extends RouteTarget {
  nodeId: string
  incarnation: number
  clusterNodeId: string
}

export type Fenced =
  { kind: 'fenced'; how: 'was-dead' | 'killed'; because: string } | { kind: 'unknown'; because: string }
