import type { Audit } from '../audit.ts'
import type { Event, NewEvent, SourceType } from '../events.ts'
import type {
  AvailabilityZone,
  CacheCluster,
  EngineCapacity,
  NodeSettings,
  ReplicationGroup,
} from '../resources.ts'
import type { Secret } from '../secret.ts'
import type { Signal, WorkflowKind } from '../workflow.ts'
import type { EngineReport } from './fleet.ts'

/** Everything the API does to Postgres: intent in, views out. No Docker engine and no cache node behind it. */
export interface Catalogue {
  /**
   * One transaction each: quota, names, placement, addresses, rows, workflow, events. They throw `ServiceError`
   * with ElastiCache's codes and leave nothing behind when they do. The caller rings the returned workflows.
   */
  createReplicationGroup(plan: ReplicationGroupPlan): Promise<Accepted>
  createCacheCluster(plan: CacheClusterPlan): Promise<Accepted>
  deleteReplicationGroup(accountId: string, replicationGroupId: string): Promise<Accepted>
  deleteCacheCluster(accountId: string, cacheClusterId: string): Promise<Accepted>

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

export interface Page {
  after?: string
  limit: number
}

export interface EventQuery {
  sourceType?: SourceType
  sourceIdentifier?: string
  from: Date
  to: Date
  /** Event id to continue behind, exclusive. */
  before?: bigint
  limit: number
}

export interface Principal {
  accountId: string
  accessKeyId: string
}

export interface Accepted {
  /** The internal id of the resource. */
  resourceId: string
  workflowId: string
  /** True when the same `Idempotency-Key` had already been accepted with the same request. */
  replayed: boolean
}

export interface Idempotency {
  key: string
  /** Digest of operation and canonical request; another digest under the same key is refused. */
  fingerprint: string
}

interface PlanBase extends NodeSettings {
  accountId: string
  authToken: Secret | null
  /** Zone wishes per node, in order; null leaves the choice to the placement. */
  zones: readonly (string | null)[]
  idempotency: Idempotency | null
}

export interface ReplicationGroupPlan extends PlanBase {
  replicationGroupId: string
  description: string
  atRestEncryptionEnabled: boolean
}

export interface CacheClusterPlan extends PlanBase {
  cacheClusterId: string
}

/** Everything the worker does to Postgres besides advancing workflows. */
export interface Estate {
  /** Upserts engines and zones from what the configuration names and the fleet reports. */
  recordSurvey(reports: readonly EngineReport[]): Promise<void>
  /** What should stand on an engine. */
  expectedObjects(engineId: string): Promise<ExpectedObjects>
  /** Everything that `findViolations` judges, as of one moment. */
  audit(): Promise<Audit>
  /** Raises on the workflow of a subject; returns its id for ringing, null when there is none. */
  raise(kind: WorkflowKind, subjectId: string, signal: Signal): Promise<string | null>
  recordEvent(accountId: string, event: NewEvent): Promise<void>
  /** Forgets addresses whose quarantine is over, old events, old idempotency keys. Returns how many rows went. */
  forgetOld(): Promise<number>
  /** Stores the CA unless there is one, and returns the one that counts. */
  keepAuthority(candidate: () => Promise<AuthorityMaterial>): Promise<AuthorityMaterial>
}

export interface ExpectedObjects {
  nodes: { nodeId: string; incarnation: number; presence: 'absent' | 'unknown' | 'known'; atHome: boolean }[]
  networkIds: string[]
  /** Spare networks of the engine that have been ready for a while. */
  spareIds: string[]
}

export interface AuthorityMaterial {
  certificatePem: string
  keyPem: Secret
}
