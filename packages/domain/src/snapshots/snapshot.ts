import type { SlotRange } from '../cluster/slots.ts'
import type { Engine } from '../engines.ts'
import type { ForeignFile } from '../ports/backups.ts'
import type { VaultFile } from '../ports/vault.ts'
import type { NodeSettings } from '../resources.ts'
import type { WorkflowView } from '../workflow.ts'

/** `manual`: somebody asked for it. `automated`: taken in the daily window, and gone when its time is over. */
export type SnapshotSource = 'manual' | 'automated'

/** Of what a snapshot was taken: how that was set up at the time. */
export interface SnapshotOrigin extends NodeSettings {
  /** Null of a cache cluster that stood alone, or was named by itself. */
  replicationGroupId: string | null
  replicationGroupDescription: string | null
  /** The cache cluster that was named; null of a whole replication group. */
  cacheClusterId: string | null
  automaticFailoverEnabled: boolean
  clusterEnabled: boolean
  numNodeGroups: number
  preferredAvailabilityZone: string | null
  createdAt: Date
  /** Of files that somebody brought. */
  imported?: BroughtFiles
}

export interface BroughtFiles {
  /** The Docker engine that they are tried on. */
  engineId: string
  /** Where each lay, in order; empty when they were sent to us. */
  from: ForeignFile[]
  /** Among how many nodes of the type each is to be shared out. */
  shards: number
}

/** What one node group held at one moment; ElastiCache calls it a node snapshot. */
export interface SnapshotFile {
  fileId: string
  /** ElastiCache's id of the node group, `0001`. */
  nodeGroupId: string
  /** Internal id of the node group; null of a cache cluster that stands alone. */
  nodeGroupRow: string | null
  slots: SlotRange[]
  /** The file that it is to be a copy of; null of one that is read from a node, and once that file is gone. */
  copyOf: VaultFile | null
  /** What has been read; null until then. */
  content: SnapshotContent | null
}

export interface SnapshotContent {
  bytes: number
  /** In hex. */
  sha256: string
  /** Of the node it was read from; null of a file that was imported. */
  cacheClusterId: string | null
  cacheNodeId: string | null
  cacheNodeCreatedAt: Date | null
  /** What the node's engine had taken for it. */
  usedMemoryBytes: number
  /** What wrote it, which says who can read it. */
  engine: Engine
  engineVersion: string
  capturedAt: Date
}

export interface Snapshot {
  id: string
  accountId: string
  snapshotName: string
  source: SnapshotSource
  origin: SnapshotOrigin
  files: SnapshotFile[]
  /** What goes once this is kept; null unless it is a final snapshot. */
  finalOf: { kind: 'replication-group' | 'cache-cluster'; id: string } | null
  /** Made from another snapshot, without a look at any node. */
  isCopy: boolean
  /** A copy of it is being made. */
  isBeingCopied: boolean
  /** A cache is being made from it. */
  restoring: boolean
  /** Of one whose file somebody is sending us: whether that goes on, or nobody has said so for too long. */
  upload: 'arriving' | 'abandoned' | null
  /** Id of the replication group or cache cluster that alone is to begin with it; nobody else is shown it, and it goes then. */
  broughtFor: string | null
  createdAt: Date
  workflow: WorkflowView
}
