import type { SlotRange } from './cluster/slots.ts'
import type { Engine } from './engines.ts'
import type { ParameterValues } from './parameters/parameter.ts'
import type { WorkflowView } from './workflow.ts'

/** What clients may speak: plain text and TLS, or TLS alone. */
export const TRANSIT_ENCRYPTION_MODES = ['preferred', 'required'] as const
export type TransitEncryptionMode = (typeof TRANSIT_ENCRYPTION_MODES)[number]

/** What replication groups and standalone cache clusters have in common: how their nodes are made. */
export interface NodeSettings {
  engine: Engine
  engineVersion: string
  cacheNodeType: string
  cacheParameterGroupName: string
  /** The port the user asked for; absent means one from our pool for each node. */
  port: number | null
  /** Null without TLS. */
  transitEncryptionMode: TransitEncryptionMode | null
  authTokenEnabled: boolean
  autoMinorVersionUpgrade: boolean
  preferredMaintenanceWindow: string
  snapshotRetentionLimit: number
  snapshotWindow: string | null
}

/** What a node runs, how large it is and what its clients speak: what a rolling change changes. */
export type NodeChoice = Pick<
  NodeSettings,
  'engine' | 'engineVersion' | 'cacheNodeType' | 'transitEncryptionMode'
>

/**
 * `compatible`: one shard whose nodes form a cluster, and whose clients may do as if they did not (elasticache-reference, 1.2).
 */
export const CLUSTER_MODES = ['disabled', 'compatible', 'enabled'] as const
export type ClusterMode = (typeof CLUSTER_MODES)[number]

export interface ReplicationGroup extends NodeSettings {
  id: string
  accountId: string
  /** ElastiCache's ReplicationGroupId: what the user named it, lower-cased. */
  replicationGroupId: string
  description: string
  atRestEncryptionEnabled: boolean
  authTokenLastModifiedDate: Date | null
  /** A change of its token that has not reached every node. */
  authTokenUpdate: AuthTokenUpdate | null
  automaticFailoverEnabled: boolean
  multiAZEnabled: boolean
  createdAt: Date
  networkId: string
  /** What its clients are offered. */
  clusterMode: ClusterMode
  /** Its nodes form a cluster, and its node groups share the slots out. */
  clusterEnabled: boolean
  /** Leads to any node of the cluster that tells where all others are; null without one. */
  configurationEndpoint: Endpoint | null
  /** A change of engine, version, node type or encryption in transit that is not finished; null when there is none. */
  pending: PendingChange | null
  /** Slots that are on their way to other shards; null when none are. */
  resharding: Resharding | null
  /** A snapshot of it is being taken. */
  snapshotting: boolean
  nodeGroups: NodeGroup[]
  workflow: WorkflowView
}

/** `ROTATE`: the new token and the one before are both good. `SET`: only the new one is. */
export const AUTH_TOKEN_UPDATES = ['SET', 'ROTATE'] as const
export type AuthTokenUpdate = (typeof AUTH_TOKEN_UPDATES)[number]
/**
 * What every node of a replication group is to be. `waiting`: for the maintenance window. `rolling`: nodes are brought over.
 * `stopped`: it could not go on, and every node serves as it is.
 */
export interface PendingChange {
  wanted: NodeChoice
  state: 'waiting' | 'rolling' | 'stopped'
  /** Why it stopped. */
  because: string | null
}

/** What each shard is to own, by its internal id; a shard that is to own nothing leaves. */
export type ReshardingTargets = readonly { shardId: string; slots: SlotRange[] }[]

/** A change of the shards of a group with cluster mode. */
export interface Resharding {
  targets: ReshardingTargets
  /** How many slots were to move when it began; 0 once it was given up. */
  total: number
}

/** A shard: one primary and its replicas. */
export interface NodeGroup {
  id: string
  /** ElastiCache's NodeGroupId, `0001`. */
  nodeGroupId: string
  /** Grows with every promotion; a write that quotes an older one changes nothing. */
  epoch: bigint
  primaryNodeId: string
  /** ElastiCache shows each member as a cache cluster with the single node `0001`. */
  members: CacheCluster[]
  /** What it serves in cluster mode; empty without it. */
  slots: SlotRange[]
  /** Null with cluster mode enabled, where clients find each node by themselves. */
  endpoint: Endpoint | null
  workflow: WorkflowView
}

/** Where clients find a node group, whoever its primary is, or, at the reader port, a cluster. */
export interface Endpoint {
  edgeId: string
  engineId: string
  /** Of the edge's container. */
  incarnation: number
  controlPort: number
  slot: number
  /** Announced to clients. */
  address: string
  primaryPort: number
  readerPort: number
  /** Since when the edge serves; null while it is being made. */
  servingAt: Date | null
}

/**
 * Whose endpoints an edge carries: those of node groups, or the configuration endpoints of Memcached clusters, which show
 * auto discovery and take ordinary commands, in plain text or over TLS.
 */
export type EdgeKind = 'replication' | 'discovery' | 'discovery-tls'

/** A proxy container that carries many endpoints. */
export interface Edge {
  id: string
  engineId: string
  kind: EdgeKind
  /** Announced to clients. */
  address: string
  incarnation: number
  controlPort: number
  presence: Presence
  servingAt: Date | null
  slots: { slot: number; primaryPort: number; readerPort: number }[]
}

export interface CacheCluster extends NodeSettings {
  id: string
  accountId: string
  /** ElastiCache's CacheClusterId; for members `<replicationGroupId>-001`. */
  cacheClusterId: string
  /** ElastiCache's id of the replication group it belongs to; null for a standalone cluster. */
  replicationGroupId: string | null
  nodeGroupId: string | null
  numCacheNodes: number
  /** What its parameter group says otherwise than the family. */
  parameterValues: ParameterValues
  /** `null` when nodes are spread over several zones. */
  preferredAvailabilityZone: string | null
  createdAt: Date
  networkId: string
  /** Of its replication group; null for a standalone cluster. */
  pending: PendingChange | null
  /** Of a standalone cluster: it was made from a snapshot. */
  fromSnapshot: boolean
  nodes: CacheNode[]
  /** Null for the other engines. */
  memcached: MemcachedFacts | null
  /** A standalone cluster's own workflow, a member's replication group's. */
  workflow: WorkflowView
}

export const AZ_MODES = ['single-az', 'cross-az'] as const
export type AzMode = (typeof AZ_MODES)[number]

/** What only a Memcached cluster has. */
export interface MemcachedFacts {
  azMode: AzMode
  /** Of the list of nodes that auto discovery shows: grows with every change of membership; 0 until there is one. */
  configVersion: number
  /** Ids of the nodes on that list, one that is being replaced among them. */
  announcedNodeIds: string[]
  /** Cache node ids are never given out again. */
  lastNodeNumber: number
  /** Where the list is shown, on its primary port; null while the rows are not complete. */
  endpoint: Endpoint | null
  /** Why the endpoint cannot be made; null while it can. */
  endpointFailure: string | null
  /** Who may log in; empty lets everybody in without. */
  userNames: string[]
  /** What waits for the maintenance window; null when nothing does. */
  pendingNodes: NodesChange | null
}

/** How many nodes there are to be, which of them go, and a zone for each that comes, or none named. */
export interface NodesChange {
  numCacheNodes: number
  cacheNodeIdsToRemove: string[]
  newAvailabilityZones: string[]
}

/** Do we know what stands on the Docker engine for this node? Set to `unknown` before acting, to `known` after. */
export type Presence = 'absent' | 'unknown' | 'known'

export interface CacheNode {
  id: string
  /** ElastiCache's CacheNodeId, `0001`. */
  cacheNodeId: string
  zone: string
  engineId: string
  /** Counts the containers that have been this node; a replaced node gets the next one and another IP address. */
  incarnation: number
  /** Address inside the group's network. */
  ip: string
  /** The same number inside the network and on the announced address. */
  port: number
  /** Announced to clients: the address of the zone's engine. */
  address: string
  /** Takes plain text while `port` takes TLS; null for a node that takes one of them only. */
  plainPort: number | null
  /** Where the nodes of a cluster speak to one another; null without cluster mode. */
  busPort: number | null
  /** What its container is called in the cluster; null until it has said so. */
  clusterNodeId: string | null
  presence: Presence
  /** Set when the node was verified and opened to clients; cleared when it is replaced. */
  openedAt: Date | null
  /** What `INFO server` said, with patch level. */
  engineVersionActual: string | null
  /** It is to be taken out of its node group. */
  leaving: boolean
  /** A user asked for a restart, which empties it. */
  rebooting: boolean
  /** What its container was started with or told since, as `parameterValues` of its cluster. */
  parameterValues: ParameterValues
  /** What it is made as in the middle of a rolling change; null when that is what its cache cluster says. */
  choice: NodeChoice | null
  /** Id of the node of the same cache cluster whose place it is to take; null for one that has its place. */
  replaces: string | null
  createdAt: Date
  workflow: WorkflowView
}

export interface Network {
  id: string
  /** CIDR, `10.96.7.0/24`. */
  subnet: string
  gateway: string
}

export interface AvailabilityZone {
  name: string
  engineId: string
  /** Where clients reach the published ports of this zone's nodes. */
  address: string
  /** Null while it is as it should be. */
  outage: ZoneOutage | null
}

/** `kill`: the processes of the zone's nodes end. `freeze`: they stand still, and go on when it is over. */
export const OUTAGE_MODES = ['kill', 'freeze'] as const
export type OutageMode = (typeof OUTAGE_MODES)[number]

/** An outage of an availability zone that somebody asked for, to see what it does to an application. */
export interface ZoneOutage {
  mode: OutageMode
  since: Date
  /** `active` once all nodes of the zone have been struck. */
  status: 'starting' | 'active' | 'ending'
}

/** A Docker engine as last surveyed by a worker. */
export interface EngineCapacity {
  engineId: string
  cpus: number
  memoryBytes: number
  reservedBytes: number
  reachable: boolean
  surveyedAt: Date
}
