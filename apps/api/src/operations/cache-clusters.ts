import {
  type Accepted,
  type CacheCluster,
  clusterLikeSnapshot,
  type CreateCacheClusterRequest,
  type ModifyCacheClusterRequest,
  readClusterChange,
  isIdentifier,
  MAX_CACHE_CLUSTER_ID,
  planCacheCluster,
  type Principal,
  ServiceError,
} from '@cacheplane/domain'
import { arnOf } from './arn.ts'
import { ANYTHING, authorize } from './authorize.ts'
import { idempotencyOf } from './idempotency.ts'
import { type Page, type Paging, readPage } from './paging.ts'
import type { Service } from './service.ts'
import { finalSnapshot, likeItsSnapshot } from './snapshots.ts'

/**
 * CreateCacheCluster. A repeated idempotency key answers the cluster as it stands, and not another one that took its
 * name since.
 */
export async function createCacheCluster(
  service: Service,
  principal: Principal,
  request: CreateCacheClusterRequest,
  idempotencyKey: string | null,
): Promise<CacheCluster> {
  const { accountId } = principal
  const wish = await likeItsSnapshot(service, principal, request, clusterLikeSnapshot)
  const plan = planCacheCluster(wish, { accountId, random: service.random })
  authorize(principal, 'CreateCacheCluster', arnOfCluster(service, accountId, plan.cacheClusterId))
  const idempotency = idempotencyOf(service, 'CreateCacheCluster', request, idempotencyKey)
  const accepted = await service.catalogue.createCacheCluster({ ...plan, idempotency })
  void service.doorbell.ring(accepted.workflowId)
  const cluster = await requireCluster(service, principal, plan.cacheClusterId)
  if (cluster.id !== accepted.resourceId) throw cacheClusterNotFound(plan.cacheClusterId)
  return cluster
}

/** DescribeCacheClusters for one cluster, also for a member of a replication group. Throws CacheClusterNotFound. */
export function describeCacheCluster(
  service: Service,
  principal: Principal,
  id: string,
): Promise<CacheCluster> {
  const name = clusterName(id)
  authorize(principal, 'DescribeCacheClusters', arnOfCluster(service, principal.accountId, name))
  return requireCluster(service, principal, name)
}

/** DescribeCacheClusters, ordered by id. */
export function describeCacheClusters(
  service: Service,
  principal: Principal,
  paging: Paging,
  standaloneOnly: boolean,
): Promise<Page<CacheCluster>> {
  authorize(principal, 'DescribeCacheClusters', ANYTHING)
  return readPage(
    service,
    principal,
    'cache-clusters',
    paging,
    (limit, after) =>
      service.catalogue.listCacheClusters(principal.accountId, {
        limit,
        standaloneOnly,
        ...(after !== undefined && { after }),
      }),
    (cluster) => cluster.cacheClusterId,
  )
}

export interface DeleteCacheClusterRequest {
  finalSnapshotIdentifier?: string | undefined
}

/** DeleteCacheCluster. Answers the cluster as it stands, `deleting`, or null when it went at once. */
export async function deleteCacheCluster(
  service: Service,
  principal: Principal,
  id: string,
  request: DeleteCacheClusterRequest,
): Promise<CacheCluster | null> {
  const name = clusterName(id)
  authorize(principal, 'DeleteCacheCluster', arnOfCluster(service, principal.accountId, name))
  const last = finalSnapshot(service, principal, request.finalSnapshotIdentifier)
  const accepted = await service.catalogue.deleteCacheCluster(principal.accountId, name, last)
  void service.doorbell.ring(accepted.workflowId)
  return service.catalogue.findCacheCluster(principal.accountId, name)
}

/** ModifyCacheCluster. */
export async function modifyCacheCluster(
  service: Service,
  principal: Principal,
  id: string,
  request: ModifyCacheClusterRequest,
  idempotencyKey: string | null,
): Promise<CacheCluster> {
  const { accountId } = principal
  const name = clusterName(id)
  authorize(principal, 'ModifyCacheCluster', arnOfCluster(service, accountId, name))
  const wish = readClusterChange(request)
  const key = idempotencyOf(service, 'ModifyCacheCluster', { cacheClusterId: name, request }, idempotencyKey)
  return changed(
    service,
    principal,
    name,
    await service.catalogue.modifyCacheCluster(accountId, name, wish, key),
  )
}

export interface RebootCacheClusterRequest {
  cacheNodeIdsToReboot?: string[] | undefined
}

/** RebootCacheCluster. */
export async function rebootCacheCluster(
  service: Service,
  principal: Principal,
  id: string,
  request: RebootCacheClusterRequest,
  idempotencyKey: string | null,
): Promise<CacheCluster> {
  const { accountId } = principal
  const name = clusterName(id)
  authorize(principal, 'RebootCacheCluster', arnOfCluster(service, accountId, name))
  const { cacheNodeIdsToReboot: nodeIds = [] } = request
  if (nodeIds.length === 0) {
    const message = 'The parameter cacheNodeIdsToReboot must be provided and must not be null.'
    throw new ServiceError('InvalidParameterValue', message, [{ path: 'cacheNodeIdsToReboot', message }])
  }
  const wish = { cacheClusterId: name, nodeIds }
  const key = idempotencyOf(service, 'RebootCacheCluster', wish, idempotencyKey)
  return changed(
    service,
    principal,
    name,
    await service.catalogue.rebootCacheCluster(accountId, name, nodeIds, key),
  )
}

/** The cluster as it stands once a change is accepted, and not another one that took its name since. */
async function changed(
  service: Service,
  principal: Principal,
  name: string,
  accepted: Accepted,
): Promise<CacheCluster> {
  void service.doorbell.ring(accepted.workflowId)
  const cluster = await requireCluster(service, principal, name)
  if (cluster.id !== accepted.resourceId) throw cacheClusterNotFound(name)
  return cluster
}

async function requireCluster(service: Service, principal: Principal, name: string): Promise<CacheCluster> {
  const cluster = await service.catalogue.findCacheCluster(principal.accountId, name)
  if (cluster === null) throw cacheClusterNotFound(name)
  return cluster
}

export function cacheClusterNotFound(name: string): ServiceError {
  return new ServiceError('CacheClusterNotFound', `Cache cluster ${name} not found.`)
}

/** What no cluster can be called is not looked for. */
function clusterName(id: string): string {
  if (isIdentifier(id, MAX_CACHE_CLUSTER_ID)) return id.toLowerCase()
  throw new ServiceError('CacheClusterNotFound', 'There is no cache cluster of that name.')
}

function arnOfCluster(service: Service, accountId: string, name: string): string {
  return arnOf(service.region, accountId, 'cluster', name)
}
