import {
  type Accepted,
  readUpdateTargets,
  ServiceError,
  type Principal,
  type ServiceUpdate,
  serviceUpdateNotFound,
  type ServiceUpdateStatus,
  type UpdateAction,
  type UpdateActionRequest,
  updateActionStatus,
  type UpdateActionStatus,
  type UpdateTarget,
} from '@cacheplane/domain'
import { arnOf } from './arn.ts'
import { type Action, ANYTHING, authorize } from './authorize.ts'
import { type Page, type Paging, readStaticPage } from './paging.ts'
import type { Service } from './service.ts'

export interface DescribeServiceUpdatesRequest extends Paging {
  serviceUpdateName?: string | undefined
  serviceUpdateStatus?: readonly ServiceUpdateStatus[] | undefined
}

export interface DescribeUpdateActionsRequest extends DescribeServiceUpdatesRequest {
  engine?: string | undefined
  replicationGroupIds?: readonly string[] | undefined
  cacheClusterIds?: readonly string[] | undefined
  updateActionStatus?: readonly UpdateActionStatus[] | undefined
}

/** DescribeServiceUpdates, newest first. */
export async function describeServiceUpdates(
  service: Service,
  principal: Principal,
  request: DescribeServiceUpdatesRequest,
): Promise<Page<ServiceUpdate>> {
  authorize(principal, 'DescribeServiceUpdates', ANYTHING)
  await requireUpdate(service, request.serviceUpdateName)
  const rows = await service.catalogue.listServiceUpdates(queryOf(request))
  return readStaticPage(service, principal, 'service-updates', request, rows)
}

/** DescribeUpdateActions: each update with everybody who needs it, or had it applied. */
export async function describeUpdateActions(
  service: Service,
  principal: Principal,
  request: DescribeUpdateActionsRequest,
): Promise<Page<UpdateAction>> {
  authorize(principal, 'DescribeUpdateActions', ANYTHING)
  const { engine, replicationGroupIds: groups, cacheClusterIds: clusters } = request
  const found = await service.catalogue.listUpdateActions(principal.accountId, {
    ...queryOf(request),
    ...(engine !== undefined && { engine }),
    ...(groups !== undefined && { replicationGroupIds: lowerCased(groups) }),
    ...(clusters !== undefined && { cacheClusterIds: lowerCased(clusters) }),
  })
  const wanted = request.updateActionStatus
  const rows = found.filter((action) => wanted === undefined || wanted.includes(updateActionStatus(action)))
  return readStaticPage(service, principal, 'update-actions', request, rows)
}

interface Processed extends UpdateTarget {
  status: UpdateActionStatus
}

interface Unprocessed extends UpdateTarget {
  error: ServiceError
}

export interface UpdateResults {
  serviceUpdateName: string
  processed: Processed[]
  unprocessed: Unprocessed[]
}

/** BatchApplyUpdateAction: what is wrong with one resource does not keep the others from it. */
export function applyUpdateActions(
  service: Service,
  principal: Principal,
  request: UpdateActionRequest,
): Promise<UpdateResults> {
  const { accountId } = principal
  return each(service, principal, 'BatchApplyUpdateAction', 'waiting-to-start', request, (name, target) =>
    service.catalogue.applyServiceUpdate(accountId, name, target),
  )
}

/** BatchStopUpdateAction. */
export function stopUpdateActions(
  service: Service,
  principal: Principal,
  request: UpdateActionRequest,
): Promise<UpdateResults> {
  const { accountId } = principal
  return each(service, principal, 'BatchStopUpdateAction', 'stopping', request, (name, target) =>
    service.catalogue.stopServiceUpdate(accountId, name, target),
  )
}

async function each(
  service: Service,
  principal: Principal,
  action: Action,
  status: UpdateActionStatus,
  request: UpdateActionRequest,
  act: (serviceUpdateName: string, target: UpdateTarget) => Promise<Accepted>,
): Promise<UpdateResults> {
  const { serviceUpdateName, replicationGroupIds, cacheClusterIds } = readUpdateTargets(request)
  const targets: UpdateTarget[] = [
    ...replicationGroupIds.map((name) => ({ kind: 'replication-group', name }) as const),
    ...cacheClusterIds.map((name) => ({ kind: 'cache-cluster', name }) as const),
  ]
  for (const { kind, name } of targets) {
    const type = kind === 'replication-group' ? 'replicationgroup' : 'cluster'
    authorize(principal, action, arnOf(service.region, principal.accountId, type, name))
  }
  await requireUpdate(service, serviceUpdateName)
  const results: UpdateResults = { serviceUpdateName, processed: [], unprocessed: [] }
  // One after the other, so that those that are named first have the room.
  for (const target of targets) {
    try {
      const accepted = await act(serviceUpdateName, target)
      void service.doorbell.ring(accepted.workflowId)
      results.processed.push({ ...target, status })
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      results.unprocessed.push({ ...target, error })
    }
  }
  return results
}

async function requireUpdate(service: Service, name: string | undefined): Promise<void> {
  if (name === undefined) return
  if ((await service.catalogue.findServiceUpdate(name.toLowerCase())) !== null) return
  throw serviceUpdateNotFound(/^[a-z0-9-]{1,64}$/i.test(name) ? name : null)
}

function queryOf({ serviceUpdateName, serviceUpdateStatus }: DescribeServiceUpdatesRequest) {
  return {
    ...(serviceUpdateName !== undefined && { name: serviceUpdateName.toLowerCase() }),
    ...(serviceUpdateStatus !== undefined && { statuses: serviceUpdateStatus }),
  }
}

function lowerCased(names: readonly string[]): string[] {
  return names.map((name) => name.toLowerCase())
}
