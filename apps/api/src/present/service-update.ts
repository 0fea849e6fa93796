import {
  nodesUpdated,
  type ServiceUpdate,
  slaMet,
  type UpdateAction,
  updateActionStatus,
  type UpdatedNode,
  type UpdateTarget,
} from '@cacheplane/domain'
import type { UpdateResults } from '../operations/service-updates.ts'
import type {
  ServiceUpdateView,
  UpdateActionResultsView,
  UpdateActionView,
} from '../schemas/service-update.ts'

/** What is known of newer packages before somebody has read their changelogs. */
const SEVERITY = 'important'
const TYPE = 'security-update'
const ESTIMATE = '1 minute per node'

export function presentServiceUpdate(update: ServiceUpdate): ServiceUpdateView {
  const { name, engine, engineVersion, status } = update
  return {
    serviceUpdateName: name,
    serviceUpdateReleaseDate: update.releasedAt.toISOString(),
    serviceUpdateSeverity: SEVERITY,
    serviceUpdateRecommendedApplyByDate: update.recommendedAt.toISOString(),
    serviceUpdateStatus: status,
    serviceUpdateDescription: `Newer packages for ${engine} ${engineVersion}`,
    serviceUpdateType: TYPE,
    engine,
    engineVersion,
    autoUpdateAfterRecommendedApplyByDate: true,
    estimatedUpdateTime: ESTIMATE,
  }
}

export function presentUpdateAction(action: UpdateAction, now: Date, showsNodes: boolean): UpdateActionView {
  const { update, replicationGroupId, cacheClusterId } = action
  return {
    ...(replicationGroupId !== null && { replicationGroupId }),
    ...(cacheClusterId !== null && { cacheClusterId }),
    serviceUpdateName: update.name,
    serviceUpdateReleaseDate: update.releasedAt.toISOString(),
    serviceUpdateSeverity: SEVERITY,
    serviceUpdateStatus: update.status,
    serviceUpdateRecommendedApplyByDate: update.recommendedAt.toISOString(),
    serviceUpdateType: TYPE,
    updateActionAvailableDate: update.releasedAt.toISOString(),
    updateActionStatus: updateActionStatus(action),
    nodesUpdated: nodesUpdated(action),
    updateActionStatusModifiedDate: action.modifiedAt.toISOString(),
    slaMet: slaMet(action, now),
    ...(showsNodes && presentNodes(action)),
    estimatedUpdateTime: ESTIMATE,
    engine: update.engine,
  }
}

function presentNodes(action: UpdateAction) {
  const { nodes, cacheClusterId } = action
  if (cacheClusterId !== null) {
    return {
      cacheNodeUpdateStatus: nodes.map((node) => ({
        cacheNodeId: node.cacheNodeId,
        nodeUpdateStatus: statusOf(node, action),
      })),
    }
  }
  const shardIds = [...new Set(nodes.map((node) => node.nodeGroupId ?? ''))]
  return {
    nodeGroupUpdateStatus: shardIds.map((nodeGroupId) => ({
      nodeGroupId,
      nodeGroupMemberUpdateStatus: nodes
        .filter((node) => node.nodeGroupId === nodeGroupId)
        .map((node) => ({
          cacheClusterId: node.cacheClusterId,
          cacheNodeId: node.cacheNodeId,
          nodeUpdateStatus: statusOf(node, action),
        })),
    })),
  }
}

/** Nodes are taken one after the other; which one is under way shows in its own status. */
function statusOf({ isUpdated }: UpdatedNode, { applied }: UpdateAction) {
  if (isUpdated) return 'complete' as const
  return applied === 'in-progress' ? ('in-progress' as const) : ('not-applied' as const)
}

export function presentUpdateResults(results: UpdateResults): UpdateActionResultsView {
  const { serviceUpdateName } = results
  const named = ({ kind, name }: UpdateTarget) =>
    kind === 'replication-group' ? { replicationGroupId: name } : { cacheClusterId: name }
  return {
    processedUpdateActions: results.processed.map(({ status, ...target }) => ({
      ...named(target),
      serviceUpdateName,
      updateActionStatus: status,
    })),
    unprocessedUpdateActions: results.unprocessed.map(({ error, ...target }) => ({
      ...named(target),
      serviceUpdateName,
      errorType: error.code,
      errorMessage: error.message,
    })),
  }
}
