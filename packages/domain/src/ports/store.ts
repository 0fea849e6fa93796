import type { SlotRange } from '../cluster/slots.ts'
import type { Event } from '../events.ts'
import type { ParameterGroup } from '../parameters/parameter-group.ts'
import type { ParameterGroupChange, ParameterGroupPlan } from '../parameters/plan-parameter-group.ts'
import type {
  AuthTokenUpdate,
  AvailabilityZone,
  AzMode,
  CacheCluster,
  ClusterMode,
  EngineCapacity,
  NodeChoice,
  NodeSettings,
  OutageMode,
  ReplicationGroup,
  TransitEncryptionMode,
} from '../resources.ts'
import type { Failover } from '../failover/failover.ts'
import type { Secret } from '../secret.ts'
import type { ForeignFile } from './backups.ts'
import type {
  EventQuery,
  Page,
  ServiceUpdateQuery,
  SnapshotQuery,
  UpdateActionQuery,
  UpdateTarget,
} from './queries.ts'
import type { GroupReplicaDecrease, GroupReplicaIncrease } from './replica-count.ts'
import type { ImportPlan } from '../snapshots/plan-import.ts'
import type { CopyPlan } from '../snapshots/plan-copy.ts'
import type { SnapshotPlan } from '../snapshots/plan-snapshot.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { ServiceUpdate, UpdateAction } from '../service-updates/service-update.ts'
import type { SaslUser } from './fleet.ts'
import type { Accepted, Idempotency } from './accepted.ts'
import type { Uploads } from './uploads.ts'

/** Everything the API does to Postgres: intent in, views out. No Docker engine and no cache node behind it. */
export interface Catalogue extends Uploads {
  /**
   * One transaction each: quota, names, placement, addresses, rows, workflow, events. They throw `ServiceError`
   * with ElastiCache's codes and leave nothing behind when they do. The caller rings the returned workflows.
   */
  createReplicationGroup(plan: ReplicationGroupPlan): Promise<Accepted>
  createCacheCluster(plan: CacheClusterPlan): Promise<Accepted>
  /** With a name, it goes once a snapshot of that name is kept, and stays when that fails. */
  deleteReplicationGroup(
    accountId: string,
    replicationGroupId: string,
    finalSnapshotName?: string | null,
  ): Promise<Accepted>
  deleteCacheCluster(
    accountId: string,
    cacheClusterId: string,
    finalSnapshotName?: string | null,
  ): Promise<Accepted>

  /** Description and switches take effect at once; a new primary is a planned switch. */
  modifyReplicationGroup(
    accountId: string,
    id: string,
    change: GroupChange,
    idempotency?: Idempotency | null,
  ): Promise<Accepted>
  /** Loses the primary of a node group on purpose. */
  testFailover(
    accountId: string,
    id: string,
    nodeGroupId: string,
    idempotency?: Idempotency | null,
  ): Promise<Accepted>
  increaseReplicaCount(
    accountId: string,
    id: string,
    wish: GroupReplicaIncrease,
    idempotency?: Idempotency | null,
  ): Promise<Accepted>
  decreaseReplicaCount(
    accountId: string,
    id: string,
    wish: GroupReplicaDecrease,
    idempotency?: Idempotency | null,
  ): Promise<Accepted>
  /** Shards come and go, and their slots move, while clients go on. */
  changeShards(
    accountId: string,
    id: string,
    wish: ShardChange,
    idempotency?: Idempotency | null,
  ): Promise<Accepted>
  /** Memcached nodes come and go; the rest takes effect at once. */
  modifyCacheCluster(
    accountId: string,
    cacheClusterId: string,
    change: ClusterChange,
    idempotency?: Idempotency | null,
  ): Promise<Accepted>
  rebootCacheCluster(
    accountId: string,
    cacheClusterId: string,
    cacheNodeIds: readonly string[],
    idempotency?: Idempotency | null,
  ): Promise<Accepted>
  /** What is answered tells whom to ring for. */
  createParameterGroup(accountId: string, plan: ParameterGroupPlan): Promise<ParameterGroup>
  changeParameterGroup(
    accountId: string,
    name: string,
    change: ParameterGroupChange,
  ): Promise<{ group: ParameterGroup; woken: string[] }>
  deleteParameterGroup(accountId: string, name: string): Promise<void>
  /** The defaults among them. */
  findParameterGroup(accountId: string, name: string): Promise<ParameterGroup | null>
  listParameterGroups(accountId: string, page: Page): Promise<ParameterGroup[]>
  /** Newest first. */
  listServiceUpdates(query: ServiceUpdateQuery): Promise<ServiceUpdate[]>
  findServiceUpdate(name: string): Promise<ServiceUpdate | null>
  /** Updates newest first, each with whom it concerns or was applied to, in the order of their names. */
  listUpdateActions(accountId: string, query: UpdateActionQuery): Promise<UpdateAction[]>
  /** Each node in turn is replaced by one that has the update. What is answered tells whom to ring for. */
  applyServiceUpdate(accountId: string, serviceUpdateName: string, target: UpdateTarget): Promise<Accepted>
  /** Nodes that have the update keep it, one that is being replaced is, and no other is begun with. */
  stopServiceUpdate(accountId: string, serviceUpdateName: string, target: UpdateTarget): Promise<Accepted>
  /** Takes a zone out, with every node in it. */
  beginOutage(
    accountId: string,
    zone: string,
    mode: OutageMode,
    idempotency?: Idempotency | null,
  ): Promise<Accepted>
  /** Asked again while it ends, it is the same end. */
  endOutage(zone: string): Promise<Accepted>
  /** Newest first. Null when there is no such group. */
  listFailovers(accountId: string, replicationGroupId: string, limit: number): Promise<Failover[] | null>

  /** The rows and the workflow of a snapshot that is to be taken. */
  createSnapshot(accountId: string, plan: SnapshotPlan, idempotency?: Idempotency | null): Promise<Accepted>
  /** The same of an RDB file that lies somewhere else. */
  importSnapshot(accountId: string, plan: ImportPlan, idempotency?: Idempotency | null): Promise<Accepted>
  copySnapshot(accountId: string, plan: CopyPlan, idempotency?: Idempotency | null): Promise<Accepted>
  deleteSnapshot(accountId: string, snapshotName: string): Promise<Accepted>
  findSnapshot(accountId: string, snapshotName: string): Promise<Snapshot | null>
  /** Ordered by name. */
  listSnapshots(accountId: string, query: SnapshotQuery): Promise<Snapshot[]>

  findReplicationGroup(accountId: string, replicationGroupId: string): Promise<ReplicationGroup | null>
  /** Ordered by id; `after` is exclusive. */
  listReplicationGroups(accountId: string, page: Page): Promise<ReplicationGroup[]>
  findCacheCluster(accountId: string, cacheClusterId: string): Promise<CacheCluster | null>
  listCacheClusters(accountId: string, page: Page & { standaloneOnly: boolean }): Promise<CacheCluster[]>
  /** Newest first. */
  listEvents(accountId: string, query: EventQuery): Promise<Event[]>
  listZones(): Promise<AvailabilityZone[]>
  listEngines(): Promise<EngineCapacity[]>

  /** Null for an unknown key, in about the same time as for a known one. */
  findPrincipal(bearerToken: Secret): Promise<Principal | null>
  /** PEM of the private CA that signs the nodes' certificates; null until a worker has made it. */
  caCertificate(): Promise<string | null>
  /** Calls back with the id of every resource whose workflow came to rest or ended. A hint: poll as well. */
  onSettled(listener: (resourceId: string) => void): () => void
  ping(): Promise<void>
}

export interface Principal {
  accountId: string
  accessKeyId: string
}

interface PlanBase extends NodeSettings {
  accountId: string
  authToken: Secret | null
  /** Zone wishes per node, in order; null leaves the choice to the placement. */
  zones: readonly (string | null)[]
  /** What it is to hold from the start; null for one that begins empty, or with `seedFiles`. */
  snapshotName: string | null
  /** RDB files that it is to hold from the start; none otherwise. */
  seedFiles: readonly ForeignFile[]
  idempotency: Idempotency | null
}

export interface ReplicationGroupPlan extends PlanBase {
  replicationGroupId: string
  description: string
  atRestEncryptionEnabled: boolean
  automaticFailoverEnabled: boolean
  multiAZEnabled: boolean
  clusterMode: ClusterMode
  /** Cluster mode: its shards, whose nodes are those of `zones` in this order; null without it. */
  shards: readonly ShardPlan[] | null
}

export interface ShardPlan {
  /** ElastiCache's NodeGroupId. */
  nodeGroupId: string
  slots: SlotRange[]
  /** The primary included. */
  nodeCount: number
}

/** What is absent stays as it is. */
export interface GroupChange {
  description?: string
  automaticFailoverEnabled?: boolean
  multiAZEnabled?: boolean
  /** CacheClusterId of the member that is to become the primary. */
  primaryClusterId?: string
  autoMinorVersionUpgrade?: boolean
  preferredMaintenanceWindow?: string
  /** Days; 0 turns automatic snapshots off and deletes those that there are. */
  snapshotRetentionLimit?: number
  snapshotWindow?: string
  /** As asked for; what else than the group's own it may be is judged with the group at hand. */
  clusterMode?: string
  /** A group of the engine version's family. */
  cacheParameterGroupName?: string
  authToken?: { token: Secret; strategy: AuthTokenUpdate }
  /** Engine, version and node type as far as they are to change. */
  choice?: Partial<NodeChoice>
  transitEncryption?: { enabled?: boolean; mode?: TransitEncryptionMode }
  /** Whether the choice waits for the maintenance window; false also hurries one that waits. */
  deferred?: boolean
}

/** As asked for; what of it is possible is judged with the group at hand. */
export interface ShardChange {
  nodeGroupCount: number
  /** Shards to be, as far as something is said of them: their numbers, and a zone for each of their nodes. */
  added: readonly { nodeGroupId: string | null; zones: readonly string[] | null }[]
  /** NodeGroupIds of shards that go, or of those that stay. */
  remove: readonly string[]
  retain: readonly string[]
}

export interface CacheClusterPlan extends PlanBase {
  cacheClusterId: string
  /** Null for the other engines. */
  azMode: AzMode | null
  saslUsers: readonly SaslUser[]
}

/** What is absent stays as it is. */
export interface ClusterChange {
  numCacheNodes?: number
  cacheNodeIdsToRemove?: readonly string[]
  /** One for each node that is added. */
  newAvailabilityZones?: readonly string[]
  azMode?: AzMode
  /** All who may log in. */
  saslUsers?: readonly SaslUser[]
  autoMinorVersionUpgrade?: boolean
  preferredMaintenanceWindow?: string
  /** A group of the engine version's family. */
  cacheParameterGroupName?: string
  /** False has nodes wait for the maintenance window; true takes along what waits. At once when left out. */
  applyImmediately?: boolean
}
