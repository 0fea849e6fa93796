import { SERVICE_UPDATE_STATUSES, UPDATE_ACTION_STATUSES } from '@cacheplane/domain'
import { z } from 'zod'
import { EngineName, Marker, pagingQuery, queryBoolean, queryList, queryText, Timestamp } from './common.ts'

/** ElastiCache's limit of one request. */
const IDS_MAX = 20
const Severity = z.enum(['critical', 'important', 'medium', 'low'])
const Type = z.literal('security-update')

const ServiceUpdate = z
  .object({
    serviceUpdateName: z.string(),
    serviceUpdateReleaseDate: Timestamp,
    serviceUpdateSeverity: Severity,
    serviceUpdateRecommendedApplyByDate: Timestamp,
    serviceUpdateStatus: z
      .enum(SERVICE_UPDATE_STATUSES)
      .meta({ description: '`expired` when there is a newer one, which includes it.' }),
    serviceUpdateDescription: z.string(),
    serviceUpdateType: Type,
    engine: EngineName,
    engineVersion: z.string(),
    autoUpdateAfterRecommendedApplyByDate: z.boolean(),
    estimatedUpdateTime: z.string(),
  })
  .meta({ id: 'ServiceUpdate' })
export type ServiceUpdateView = z.infer<typeof ServiceUpdate>

export const ServiceUpdateList = z
  .object({ serviceUpdates: z.array(ServiceUpdate), marker: Marker })
  .meta({ id: 'ServiceUpdateList' })

const NodeUpdateStatus = z.enum(['not-applied', 'in-progress', 'complete'])
const MemberUpdate = z.object({
  cacheClusterId: z.string(),
  cacheNodeId: z.string(),
  nodeUpdateStatus: NodeUpdateStatus,
})

const UpdateAction = z
  .object({
    replicationGroupId: z.string().optional(),
    cacheClusterId: z.string().optional(),
    serviceUpdateName: z.string(),
    serviceUpdateReleaseDate: Timestamp,
    serviceUpdateSeverity: Severity,
    serviceUpdateStatus: z.enum(SERVICE_UPDATE_STATUSES),
    serviceUpdateRecommendedApplyByDate: Timestamp,
    serviceUpdateType: Type,
    updateActionAvailableDate: Timestamp,
    updateActionStatus: z.enum(UPDATE_ACTION_STATUSES),
    nodesUpdated: z.string().meta({ examples: ['1/3'] }),
    updateActionStatusModifiedDate: Timestamp,
    slaMet: z.enum(['yes', 'no', 'n/a']),
    nodeGroupUpdateStatus: z
      .array(z.object({ nodeGroupId: z.string(), nodeGroupMemberUpdateStatus: z.array(MemberUpdate) }))
      .optional(),
    cacheNodeUpdateStatus: z.array(MemberUpdate.omit({ cacheClusterId: true })).optional(),
    estimatedUpdateTime: z.string(),
    engine: EngineName,
  })
  .meta({ id: 'UpdateAction' })
export type UpdateActionView = z.infer<typeof UpdateAction>

export const UpdateActionList = z
  .object({ updateActions: z.array(UpdateAction), marker: Marker })
  .meta({ id: 'UpdateActionList' })

export const ListServiceUpdatesQuery = z.strictObject({
  ...pagingQuery,
  serviceUpdateName: queryText('For example `elc-20261124-001`.'),
  serviceUpdateStatus: queryList(z.enum(SERVICE_UPDATE_STATUSES), 3, 'One or several of them.'),
})

export const ListUpdateActionsQuery = z.strictObject({
  ...pagingQuery,
  serviceUpdateName: queryText('For example `elc-20261124-001`.'),
  serviceUpdateStatus: queryList(z.enum(SERVICE_UPDATE_STATUSES), 3, 'One or several of them.'),
  replicationGroupIds: queryList(z.string().max(255), IDS_MAX, 'Given several times for several groups.'),
  cacheClusterIds: queryList(z.string().max(255), IDS_MAX, 'Clusters that stand alone.'),
  engine: queryText('`redis`, `valkey` or `memcached`.'),
  updateActionStatus: queryList(z.enum(UPDATE_ACTION_STATUSES), 9, 'One or several of them.'),
  showNodeLevelUpdateStatus: queryBoolean('Whether each node is told of.'),
})

export const UpdateActionBatch = z
  .strictObject({
    serviceUpdateName: z.string().optional(),
    replicationGroupIds: z.array(z.string().max(255)).optional(),
    cacheClusterIds: z.array(z.string().max(255)).optional(),
  })
  .meta({
    id: 'UpdateActionBatch',
    examples: [{ serviceUpdateName: 'elc-20261124-001', replicationGroupIds: ['sessions'] }],
  })

const Item = {
  replicationGroupId: z.string().optional(),
  cacheClusterId: z.string().optional(),
  serviceUpdateName: z.string(),
}

export const UpdateActionResults = z
  .object({
    processedUpdateActions: z.array(
      z.object({ ...Item, updateActionStatus: z.enum(UPDATE_ACTION_STATUSES) }),
    ),
    unprocessedUpdateActions: z.array(z.object({ ...Item, errorType: z.string(), errorMessage: z.string() })),
  })
  .meta({ id: 'UpdateActionResults' })
export type UpdateActionResultsView = z.infer<typeof UpdateActionResults>
