import type { Audit } from '../audit.ts'
import type { NewEvent } from '../events.ts'
import type { Secret } from '../secret.ts'
import type { ImageSurvey } from '../service-updates/service-update.ts'
import type { Signal, WorkflowKind } from '../workflow.ts'
import type { EngineReport } from './fleet.ts'
import type { KnownFile } from './vault.ts'
import type { NodeSubject } from './workflows.ts'

/** Everything the worker does to Postgres besides advancing workflows. */
export interface Estate {
  /** Upserts engines and zones from what the configuration names and the fleet reports. */
  recordSurvey(reports: readonly EngineReport[]): Promise<void>
  /** Keeps what nodes run; an image that has become another is a service update, which this releases. */
  recordImages(engineId: string, survey: ImageSurvey): Promise<void>
  /** Begins updates whose recommended date is past, in the maintenance windows of who wants that; returns whom to ring for. */
  applyDueUpdates(): Promise<string[]>
  /** Has nodes of Memcached clusters come and go that waited for the maintenance window; returns whom to ring for. */
  applyDueNodes(): Promise<string[]>
  /** Begins automatic snapshots that are due, and deletes those whose time is over; returns whom to ring for. */
  applySnapshotSchedules(): Promise<string[]>
  /** The files of all snapshots. */
  knownFiles(): Promise<KnownFile[]>
  /** What should stand on an engine. */
  expectedObjects(engineId: string): Promise<ExpectedObjects>
  /** Has the workflow that answers for a node look at it: its node group's, or its own. Returns its id for ringing. */
  requestCheckup(nodeId: string): Promise<string | null>
  /** Says that a worker lives; returns all who have said so within the last seconds, this one included. */
  heartbeat(owner: string): Promise<string[]>
  /** Members of node groups that clients are let in to, as far as `nodeRef` needs them. */
  servingNodes(): Promise<Pick<NodeSubject, 'node' | 'cluster'>[]>
  /** Sees that there are free endpoints where the next groups will want them; returns the workflows to ring for. */
  ensureFreeEndpoints(): Promise<string[]>
  /** Has edges go that are of no use to anybody; returns the workflows to ring for. */
  retireEdges(): Promise<string[]>
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
  edges: { edgeId: string; incarnation: number; controlPort: number; atHome: boolean }[]
  networkIds: string[]
  /** Spare networks of the engine that have been ready for a while. */
  spareIds: string[]
}

export interface AuthorityMaterial {
  certificatePem: string
  keyPem: Secret
}
