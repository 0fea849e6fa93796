import type { ClusterMode, Presence } from './resources.ts'
import type { Signal, WorkflowKind } from './workflow.ts'

/** The rows that must agree with one another and with the Docker engines, as of one moment of the database's clock. */
export interface Audit {
  at: Date
  owners: AuditedOwner[]
  nodeGroups: AuditedNodeGroup[]
  nodes: AuditedNode[]
  edges: AuditedEdge[]
  networks: AuditedNetwork[]
  engineIds: string[]
  snapshotIds: string[]
  zonesOut: AuditedOutage[]
  workflows: AuditedWorkflow[]
  /** Addresses that are handed out; those in quarantine are not among them. */
  allocations: Allocation[]
}

/** A replication group, or a cache cluster that stands alone. */
export interface AuditedOwner {
  kind: 'replication-group' | 'cache-cluster'
  id: string
  /** What the user called it. */
  name: string
  networkId: string
  /** Only its node groups have endpoints otherwise. */
  clusterMode: ClusterMode
}

export interface AuditedNodeGroup {
  id: string
  ownerId: string
  /** `<replication group id>/<node group id>`. */
  name: string
}

export interface AuditedEdge {
  id: string
  engineId: string
  incarnation: number
  controlPort: number
  presence: Presence
  isServing: boolean
  endpoints: {
    primaryPort: number
    readerPort: number
    /** A node group or, in cluster mode, a replication group; null while it is free. */
    holderId: string | null
    /** Of a Memcached cluster whose configuration endpoint it is. */
    cacheClusterId: string | null
  }[]
}

export interface AuditedNode {
  id: string
  ownerId: string
  /** `<cache cluster id>/<cache node id>`. */
  name: string
  zone: string
  engineId: string
  networkId: string
  incarnation: number
  ip: string
  port: number
  plainPort: number | null
  busPort: number | null
  presence: Presence
  isOpen: boolean
}

/** An availability zone that a user has taken out. */
export interface AuditedOutage {
  zone: string
  since: Date
}

export interface AuditedNetwork {
  id: string
  subnet: string
  engineIds: string[]
  /** Of a spare: a creation may take it. */
  isReady: boolean
}

export interface AuditedWorkflow {
  id: string
  kind: WorkflowKind
  subjectId: string
  step: string
  createdAt: Date
  runAt: Date
  firstHomeAt: Date | null
  attempts: number
  leaseOwner: string | null
  leaseUntil: Date | null
  lastError: string | null
  signals: { name: Signal; raisedAt: Date }[]
}

/** An address and who holds it. */
export interface Allocation {
  of: 'ip' | 'port' | 'subnet'
  /** Network of an IP address or subnet, engine of a port. */
  scope: string
  /** Null for a subnet: its row has no more than its place in the pool. */
  address: string | null
  /** Node of an IP address, node or edge of a port, network of a subnet. */
  holder: string
}
