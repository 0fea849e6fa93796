import { hours } from '../duration.ts'
import type { Engine } from '../engines.ts'

export const SERVICE_UPDATE_STATUSES = ['available', 'cancelled', 'expired'] as const
export type ServiceUpdateStatus = (typeof SERVICE_UPDATE_STATUSES)[number]

export const UPDATE_ACTION_STATUSES = [
  'not-applied',
  'waiting-to-start',
  'in-progress',
  'stopping',
  'stopped',
  'complete',
  'scheduling',
  'scheduled',
  'not-applicable',
] as const
export type UpdateActionStatus = (typeof UPDATE_ACTION_STATUSES)[number]

/** What is recorded of an action that somebody began; the rest is derived from what the nodes run. */
export type AppliedStatus = Extract<
  UpdateActionStatus,
  'waiting-to-start' | 'in-progress' | 'stopping' | 'stopped' | 'complete'
>

/** From this time after its release on an update is applied by itself, in maintenance windows. */
export const RECOMMENDED_WITHIN_MS = hours(14 * 24)

/** Newer packages for an engine version: the image of that version on a Docker engine has become another. */
export interface ServiceUpdate {
  id: string
  /** ElastiCache's form, `elc-20261124-001`. */
  name: string
  engine: Engine
  engineVersion: string
  releasedAt: Date
  recommendedAt: Date
  /** `expired` once there is a newer one, which brings all that this one would. */
  status: Extract<ServiceUpdateStatus, 'available' | 'expired'>
}

/** What a service update means for one replication group, or one cache cluster that stands alone. */
export interface UpdateAction {
  update: ServiceUpdate
  replicationGroupId: string | null
  cacheClusterId: string | null
  applied: AppliedStatus | null
  initiatedBy: 'customer' | 'system' | null
  initiatedAt: Date | null
  modifiedAt: Date
  /** Those that have their place, in the order of their names. */
  nodes: UpdatedNode[]
}

export interface UpdatedNode {
  /** ElastiCache's NodeGroupId; null for a cluster that stands alone. */
  nodeGroupId: string | null
  cacheClusterId: string
  cacheNodeId: string
  isUpdated: boolean
}

/** An update that is being applied, as the workflow sees it that does so. */
export interface UpdateRun {
  actionId: string
  name: string
  /** No further node is begun with. */
  isStopping: boolean
  /** Nodes whose containers were made of an older image. */
  outdatedNodeIds: string[]
}

/** The image that stands for an engine version on one Docker engine. */
export interface EngineImage {
  engine: Engine
  version: string
  /** Docker's content address of it. */
  imageId: string
}

/** What a node's container was made of. */
export interface NodeImage {
  nodeId: string
  incarnation: number
  imageId: string
}

/** What an engine has, and what its nodes run. */
export interface ImageSurvey {
  images: EngineImage[]
  nodes: NodeImage[]
}
