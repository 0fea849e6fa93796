import type { SlotRange } from '../cluster/slots.ts'
import type { ReshardingAround, SisterShard } from './cluster.ts'
import type { DockerEngineSubject } from './docker-engine-subject.ts'
import type { NewEvent } from '../events.ts'
import type { ParameterValues } from '../parameters/parameter.ts'
import type { RouteTarget } from './edges.ts'
import type { SaslUser } from './fleet.ts'
import type {
  AuthTokenUpdate,
  CacheCluster,
  CacheNode,
  ClusterMode,
  Edge,
  Network,
  NodeChoice,
  NodeGroup,
  OutageMode,
  PendingChange,
  Presence,
  ReplicationGroup,
  ReshardingTargets,
} from '../resources.ts'
import type { Failover } from '../failover/failover.ts'
import type { FailoverAdvance, NewFailover } from './new-failover.ts'
import type { Secret } from '../secret.ts'
import type { Seed } from '../snapshots/plan-seed.ts'
import type { Snapshot, SnapshotContent } from '../snapshots/snapshot.ts'
import type { UpdateRun } from '../service-updates/service-update.ts'
import type { Outcome, Signal, Workflow, WorkflowKind } from '../workflow.ts'

/** The durable side of the workflow runner. Lease arithmetic is done by the database's clock. */
export interface WorkflowStore {
  /**
   * Takes the lease of a due workflow in one statement and counts the attempt, so that a crash is counted too.
   * Null when it is held, not due, finished or unknown.
   *
   * @param leaseMsOf for kinds of workflows that have another term than `leaseMs`
   */
  claim(
    workflowId: string,
    owner: string,
    leaseMs: number,
    leaseMsOf?: Partial<Record<WorkflowKind, number>>,
  ): Promise<Claim | null>
  /** False when the lease is lost. */
  renew(lease: Lease, leaseMs: number): Promise<boolean>
  /**
   * One transaction, conditional on the lease: changes, cleared signals, events, frame and outcome.
   * Throws `StaleLease` and changes nothing when the lease is lost.
   */
  commit(lease: Lease, step: StepCommit): Promise<Committed>
  /** Ends a run that threw: keeps the step, notes the error, becomes due again after `retryMs`, gives the lease up. */
  setBack(lease: Lease, error: string, retryMs: number): Promise<void>
  /** Ids of workflows that are due and not held, longest overdue first. */
  due(limit: number): Promise<string[]>
  loadNode(nodeId: string): Promise<NodeSubject | null>
  loadReplicationGroup(id: string): Promise<OwnerSubject<ReplicationGroup> | null>
  loadCacheCluster(id: string): Promise<OwnerSubject<CacheCluster> | null>
  loadNodeGroup(id: string): Promise<NodeGroupSubject | null>
  loadEdge(id: string): Promise<Edge | null>
  loadDockerEngine(engineId: string): Promise<DockerEngineSubject | null>
  /** Null when it is not out. */
  loadZone(name: string): Promise<ZoneSubject | null>
  loadSnapshot(id: string): Promise<SnapshotSubject | null>
}

export class StaleLease extends Error {
  override readonly name = 'StaleLease'
}

export interface Lease {
  workflowId: string
  /** Fencing token: grows with every claim. */
  token: bigint
}

export interface Claim {
  lease: Lease
  workflow: Workflow
  signals: ReadonlySet<Signal>
  /** How often it has been woken; a nap gives way to a wake that came in between. */
  wakes: bigint
}

export interface StepCommit {
  outcome: Outcome
  /** The steps that were run, in their order, where it is not the one that the claim found. */
  passed?: readonly string[]
  frame: Record<string, unknown>
  clear: readonly Signal[]
  changes: readonly Change[]
  /** As read at claim or returned by the last commit. */
  wakes: bigint
  /** Milliseconds from now for the stage that begins, null to drop the deadline, absent to keep it. */
  deadlineMs?: number | null
  failure?: string
}

export interface Committed {
  /** `woken`: the step wanted to nap, but a signal or wake came in between; go on with the fresh signals. */
  kind: 'advanced' | 'napping' | 'woken' | 'finished'
  signals: ReadonlySet<Signal>
  wakes: bigint
  /** Other workflows that the changes woke: ring for them. */
  woken: string[]
  deadlineAt: Date | null
}

/** What a step may change besides its own workflow; applied in the commit of the step. */
export type Change =
  | { do: 'record-event'; accountId: string; event: NewEvent }
  | { do: 'set-presence'; nodeId: string; presence: Presence }
  /** What the node's container is started with, or was told. */
  | { do: 'set-parameters'; nodeId: string; parameterValues: ParameterValues }
  /** Every node takes the group's tokens, and no other. */
  | { do: 'end-token-update'; replicationGroupRow: string }
  | {
      do: 'set-opened'
      nodeId: string
      opened: boolean
      engineVersionActual?: string
      clusterNodeId?: string | null
      /** What its container was made of; null when that is not known yet. */
      imageId?: string | null
    }
  /** Next incarnation: another IP address, the old one quarantined, presence absent, closed. */
  | { do: 'next-incarnation'; nodeId: string }
  /** Another port from the pool, the old one quarantined. */
  | { do: 'move-port'; nodeId: string }
  /** Another subnet for the group, and addresses in it for its nodes. The old one is quarantined. */
  | { do: 'move-network'; networkId: string }
  /** A spare network's row with its subnet; nothing is made by that. */
  | { do: 'add-spare'; engineId: string }
  /** Only a ready spare may be taken by a creation. */
  | { do: 'set-spare-ready'; networkId: string; ready: boolean }
  /** Deletes the row of a spare that is not ready, quarantines its subnet. */
  | { do: 'remove-spare'; networkId: string }
  | { do: 'raise'; kind: WorkflowKind; subjectId: string; signal: Signal }
  /** Takes back what was raised by whoever raised it. */
  | { do: 'lower'; kind: WorkflowKind; subjectId: string; signal: Signal }
  | { do: 'wake'; workflowId: string }
  | { do: 'spawn'; kind: 'node' | 'node-group'; subjectId: string; parentId: string }
  /** Deletes the row, quarantines its addresses. */
  | { do: 'remove-node'; nodeId: string }
  /** Deletes the member of a node group whose node is gone. */
  | { do: 'remove-member'; clusterId: string }
  | { do: 'set-leaving'; nodeId: string }
  /** A node beside another, which is to take its place. Where its engine has no room for it, the change stops. */
  | { do: 'add-successor'; nodeId: string; successorId: string; choice: NodeChoice; inCluster: boolean }
  /** What its next incarnation is made as. */
  | { do: 'renew-node'; nodeId: string; choice: NodeChoice }
  /** The maintenance window has come; nothing when the change does not wait for it any more. */
  | { do: 'begin-rolling'; groupId: string }
  | { do: 'stop-rolling'; groupId: string; because: string }
  /** The node group is what was wanted; the change is over when all of its replication group are. */
  | { do: 'finish-rolling'; groupId: string; wanted: NodeChoice }
  /** What shards own by now, in the words of `formatSlots`. */
  | { do: 'set-slots'; shards: readonly { shardId: string; slots: readonly SlotRange[] }[] }
  /** It goes no further: what it comes to instead. */
  | { do: 'retarget-resharding'; groupId: string; targets: ReshardingTargets }
  /** What sending a key, or taking one in, may make a node of the group silent for; 0 for no longer than anything else. */
  | { do: 'allow-sending'; groupId: string; ms: number }
  | { do: 'end-resharding'; groupId: string }
  /** A node of the cluster is being replaced for it. */
  | { do: 'begin-update'; actionId: string }
  /** It is over once every node has it, or none is in the middle of it any more where it is stopping. */
  | { do: 'finish-update'; actionId: string }
  /** A user's restart is over, or has begun as the replacement of the node. */
  | { do: 'clear-rebooting'; nodeId: string }
  /** The next epoch with another primary, if the epoch is still `fromEpoch`; anything else is a lost lease. */
  | { do: 'begin-epoch'; nodeGroupId: string; fromEpoch: bigint }
  | { do: 'set-primary'; nodeGroupId: string; epoch: bigint; nodeId: string }
  /** A change of primary that nobody asked for begins. */
  | { do: 'record-failover'; failover: NewFailover }
  | { do: 'advance-failover'; failoverId: string; advance: FailoverAdvance }
  /** Deletes the row and its members, gives its endpoint back; all nodes must be gone. */
  | { do: 'remove-node-group'; id: string }
  | { do: 'set-edge'; edgeId: string; presence: Presence; serving: boolean }
  | { do: 'next-edge-incarnation'; edgeId: string }
  /** Other ports from the pool, but for the one that somebody wished for; the old ones are quarantined. */
  | { do: 'move-edge-ports'; edgeId: string }
  /** Deletes the row with its endpoints, quarantines its ports; nobody may use them any more. */
  | { do: 'remove-edge'; edgeId: string }
  /** Of a node group or a replication group: it goes to somebody else when it is needed. Nobody may be led through it any more. */
  | { do: 'release-endpoint'; holderId: string }
  /** Raises on everybody who has an endpoint on the edge. */
  | { do: 'raise-on-edge'; edgeId: string; signal: Signal }
  /** The zone is no longer out: nodes may be placed and made there again. */
  | { do: 'end-outage'; zone: string }
  /** The next version of the list that auto discovery shows; not shown by that. */
  | { do: 'announce'; clusterId: string; version: number; nodeIds: readonly string[] }
  /** Delete the owner, its member rows, secrets and network row; all nodes must be gone. */
  | { do: 'remove-replication-group'; id: string }
  | { do: 'remove-cache-cluster'; id: string }
  /** A file of a snapshot is in the vault. */
  | { do: 'record-file'; fileId: string; content: SnapshotContent }
  /** Of a copy: it is in the vault, and is what it is a copy of. */
  | { do: 'record-copy'; fileId: string }
  /** Deletes the row and those of its files, which must be gone from the vault. */
  | { do: 'remove-snapshot'; id: string }
  /** The cache that was being restored holds its data: it needs the snapshot no more. One brought for it alone goes. */
  | { do: 'end-restore'; ownerId: string }

/** All that a node's workflow needs to know. */
export interface NodeSubject {
  node: CacheNode
  cluster: CacheCluster
  network: Network
  /** The replication group, or the standalone cache cluster, that the node works for. */
  owner: { kind: 'replication-group' | 'cache-cluster'; id: string; name: string }
  /** Internal id of the node group it is a member of; null for a node of a standalone cluster. */
  nodeGroupId: string | null
  authToken: Secret | null
  /** The one before, as long as it is good as well. */
  formerAuthToken: Secret | null
  saslUsers: readonly SaslUser[]
  engineCpus: number
  /** Where clients find its node group or its cluster, which may be at other hosts; none for a node of a standalone cluster. */
  endpointAddresses: readonly string[]
  /** Whether the user asked for this very port. */
  portIsFixed: boolean
  /** Of its availability zone: while it lasts, the node does not come back. */
  zoneOutage: OutageMode | null
  /** What it is made with, as the primary of a cache that is being restored; null otherwise. */
  seed: Seed | null
  /** The primary of its node group, where that is in no cluster and the node is in cluster mode; null otherwise. */
  bridgesFrom: RouteTarget | null
}

/** All that the workflow of a snapshot needs to know. */
export interface SnapshotSubject {
  snapshot: Snapshot
  /** For each of its files the nodes that could be read, in the same order; empty when they are gone. */
  sources: { nodes: NodeSubject[]; primaryNodeId: string | null }[]
}

/** All that the workflow of an outage needs to know. */
export interface ZoneSubject {
  zone: string
  mode: OutageMode
  /** Every node that was placed there, whoever it belongs to. */
  nodes: Pick<NodeSubject, 'node' | 'cluster'>[]
}

/** All that a node group's workflow needs to know. */
export interface NodeGroupSubject {
  group: {
    id: string
    accountId: string
    replicationGroupId: string
    automaticFailoverEnabled: boolean
    clusterMode: ClusterMode
    clusterEnabled: boolean
    authTokenUpdate: AuthTokenUpdate | null
    pending: PendingChange | null
    /** A node may be silent for so much longer, because it sends a large key to another shard or takes one in. */
    sendingMs: number
    /** The service update that is being applied; null when none is. */
    update: UpdateRun | null
    /** Another node group of it has a successor in waiting. */
    isOthersTurn: boolean
  }
  nodeGroup: NodeGroup
  /** In the order of their cache cluster ids; a subject as a node's own workflow would see it. */
  nodes: NodeSubject[]
  network: Network
  engineIds: string[]
  /** What is asked for or under way; null when nothing is. */
  failover: Failover | null
  /** What to heed of the other shards while slots go between them; null when none do. */
  resharding: ReshardingAround | null
  /** The other shards, while slots go between them or their nodes are to be of another kind; none otherwise. */
  sisters: SisterShard[]
  /** Why its endpoint cannot be made; null while it can. */
  endpointFailure: string | null
}

export interface OwnerSubject<Owner> {
  owner: Owner
  /** The service update that is being applied, where that is for the owner itself to do. */
  update: UpdateRun | null
  network: Network
  engineIds: string[]
  /** Why its own endpoint could not be made; null while nothing is known to be wrong, and where it has none. */
  endpointFailure: string | null
  /** Files that are brought for it to begin with; null when none are (any more). */
  brought: Snapshot | null
}
