import {
  type CreateReplicationGroupRequest,
  isForClusters,
  isIdentifier,
  likeSnapshot,
  MAX_PARAMETER_GROUP_NAME,
  MAX_REPLICATION_GROUP_ID,
  planReplicationGroup,
  type Principal,
  type ReplicationGroup,
  ServiceError,
} from '@cacheplane/domain'
import { arnOf } from './arn.ts'
import { ANYTHING, authorize } from './authorize.ts'
import { idempotencyOf } from './idempotency.ts'
import { type Page, type Paging, readPage } from './paging.ts'
import { finalSnapshot, likeItsSnapshot } from './snapshots.ts'
import type { Service } from './service.ts'

/**
 * CreateReplicationGroup. A repeated idempotency key answers the group as it stands, and not another one that took its
 * name since.
 */
export async function createReplicationGroup(
  service: Service,
  principal: Principal,
  request: CreateReplicationGroupRequest,
  idempotencyKey: string | null,
): Promise<ReplicationGroup> {
  const { accountId } = principal
  const wish = await likeItsSnapshot(service, principal, request, likeSnapshot)
  const isClusterGroup = await asksForClusterGroup(service, accountId, wish)
  const plan = planReplicationGroup(wish, { accountId, random: service.random, isClusterGroup })
  authorize(principal, 'CreateReplicationGroup', arnOfGroup(service, accountId, plan.replicationGroupId))
  const idempotency = idempotencyOf(service, 'CreateReplicationGroup', request, idempotencyKey)
  const accepted = await service.catalogue.createReplicationGroup({ ...plan, idempotency })
  void service.doorbell.ring(accepted.workflowId)
  const group = await requireGroup(service, principal, plan.replicationGroupId)
  if (group.id !== accepted.resourceId) throw replicationGroupNotFound(plan.replicationGroupId)
  return group
}

/** A parameter group that has cluster mode asks for it. Whether there is one of the name is looked at later. */
async function asksForClusterGroup(
  { catalogue }: Service,
  accountId: string,
  { cacheParameterGroupName: given, clusterMode }: CreateReplicationGroupRequest,
): Promise<boolean> {
  const name = given?.toLowerCase()
  if (clusterMode !== undefined || name === undefined || !isIdentifier(name, MAX_PARAMETER_GROUP_NAME))
    return false
  const group = await catalogue.findParameterGroup(accountId, name)
  return group !== null && isForClusters(group)
}

/** DescribeReplicationGroups for one group. Throws ReplicationGroupNotFoundFault. */
export function describeReplicationGroup(
  service: Service,
  principal: Principal,
  id: string,
): Promise<ReplicationGroup> {
  const name = groupName(id)
  authorize(principal, 'DescribeReplicationGroups', arnOfGroup(service, principal.accountId, name))
  return requireGroup(service, principal, name)
}

/** DescribeReplicationGroups, ordered by id. */
export function describeReplicationGroups(
  service: Service,
  principal: Principal,
  paging: Paging,
): Promise<Page<ReplicationGroup>> {
  authorize(principal, 'DescribeReplicationGroups', ANYTHING)
  return readPage(
    service,
    principal,
    'replication-groups',
    paging,
    (limit, after) =>
      service.catalogue.listReplicationGroups(
        principal.accountId,
        after === undefined ? { limit } : { limit, after },
      ),
    (group) => group.replicationGroupId,
  )
}

export interface DeleteReplicationGroupRequest {
  retainPrimaryCluster?: boolean | undefined
  finalSnapshotIdentifier?: string | undefined
}

/**
 * DeleteReplicationGroup. Answers the group as it stands, `deleting`, or null when it went at once. With a final snapshot it
 * goes once that is kept.
 */
export async function deleteReplicationGroup(
  service: Service,
  principal: Principal,
  id: string,
  request: DeleteReplicationGroupRequest,
): Promise<ReplicationGroup | null> {
  const name = groupName(id)
  authorize(principal, 'DeleteReplicationGroup', arnOfGroup(service, principal.accountId, name))
  if (request.retainPrimaryCluster === true) {
    throw unavailable(
      'retainPrimaryCluster',
      'The primary cannot be kept: retainPrimaryCluster must be false.',
    )
  }
  const last = finalSnapshot(service, principal, request.finalSnapshotIdentifier)
  const accepted = await service.catalogue.deleteReplicationGroup(principal.accountId, name, last)
  void service.doorbell.ring(accepted.workflowId)
  return service.catalogue.findReplicationGroup(principal.accountId, name)
}

export async function requireGroup(
  service: Service,
  principal: Principal,
  name: string,
): Promise<ReplicationGroup> {
  const group = await service.catalogue.findReplicationGroup(principal.accountId, name)
  if (group === null) throw replicationGroupNotFound(name)
  return group
}

export function replicationGroupNotFound(name: string): ServiceError {
  return new ServiceError('ReplicationGroupNotFoundFault', `Replication group ${name} not found.`)
}

/** What no group can be called is not looked for. */
export function groupName(id: string): string {
  if (isIdentifier(id, MAX_REPLICATION_GROUP_ID)) return id.toLowerCase()
  throw new ServiceError('ReplicationGroupNotFoundFault', 'There is no replication group of that name.')
}

export function arnOfGroup(service: Service, accountId: string, name: string): string {
  return arnOf(service.region, accountId, 'replicationgroup', name)
}

function unavailable(path: string, message: string): ServiceError {
  return new ServiceError('InvalidParameterValue', message, [{ path, message }])
}
