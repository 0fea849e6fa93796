import {
  type Accepted,
  type AllowedNodeTypes,
  allowedNodeTypes,
  type DecreaseReplicaCountRequest,
  type Failover,
  type Idempotency,
  type IncreaseReplicaCountRequest,
  type ModifyReplicationGroupRequest,
  type ModifyShardConfigurationRequest,
  type Principal,
  readGroupChange,
  readReplicaDecrease,
  readReplicaIncrease,
  readShardChange,
  type ReplicationGroup,
  ServiceError,
} from '@cacheplane/domain'
import { type Action, authorize } from './authorize.ts'
import { idempotencyOf } from './idempotency.ts'
import { arnOfGroup, groupName, replicationGroupNotFound, requireGroup } from './replication-groups.ts'
import type { Service } from './service.ts'

/** Whom and what a change of a group is about. */
export interface Asked {
  principal: Principal
  /** As the caller spelled it. */
  id: string
  idempotencyKey: string | null
}

/** ModifyReplicationGroup. */
export function modifyReplicationGroup(
  service: Service,
  asked: Asked,
  request: ModifyReplicationGroupRequest,
): Promise<ReplicationGroup> {
  return change(service, asked, 'ModifyReplicationGroup', request, () => {
    const wish = readGroupChange(request)
    return (accountId, name, key) => service.catalogue.modifyReplicationGroup(accountId, name, wish, key)
  })
}

/** TestFailover. */
export function testFailover(
  service: Service,
  asked: Asked,
  request: { nodeGroupId?: string | undefined },
): Promise<ReplicationGroup> {
  return change(service, asked, 'TestFailover', request, () => {
    const nodeGroupId = required('nodeGroupId', request.nodeGroupId)
    return (accountId, name, key) => service.catalogue.testFailover(accountId, name, nodeGroupId, key)
  })
}

/** IncreaseReplicaCount. */
export function increaseReplicaCount(
  service: Service,
  asked: Asked,
  request: IncreaseReplicaCountRequest,
): Promise<ReplicationGroup> {
  return change(service, asked, 'IncreaseReplicaCount', request, () => {
    const wish = readReplicaIncrease(request)
    return (accountId, name, key) => service.catalogue.increaseReplicaCount(accountId, name, wish, key)
  })
}

/** DecreaseReplicaCount. */
export function decreaseReplicaCount(
  service: Service,
  asked: Asked,
  request: DecreaseReplicaCountRequest,
): Promise<ReplicationGroup> {
  return change(service, asked, 'DecreaseReplicaCount', request, () => {
    const wish = readReplicaDecrease(request)
    return (accountId, name, key) => service.catalogue.decreaseReplicaCount(accountId, name, wish, key)
  })
}

/** ModifyReplicationGroupShardConfiguration. */
export function modifyShardConfiguration(
  service: Service,
  asked: Asked,
  request: ModifyShardConfigurationRequest,
): Promise<ReplicationGroup> {
  return change(service, asked, 'ModifyReplicationGroupShardConfiguration', request, () => {
    const wish = readShardChange(request)
    return (accountId, name, key) => service.catalogue.changeShards(accountId, name, wish, key)
  })
}

/** Every change of primary, newest first; ElastiCache has no such operation. */
export async function describeFailovers(
  service: Service,
  principal: Principal,
  id: string,
  limit: number,
): Promise<Failover[]> {
  const name = groupName(id)
  authorize(principal, 'DescribeFailovers', arnOfGroup(service, principal.accountId, name))
  const failovers = await service.catalogue.listFailovers(principal.accountId, name, limit)
  if (failovers === null) throw replicationGroupNotFound(name)
  return failovers
}

/** ListAllowedNodeTypeModifications. */
export async function listAllowedNodeTypeModifications(
  service: Service,
  principal: Principal,
  id: string,
): Promise<AllowedNodeTypes> {
  const name = groupName(id)
  authorize(principal, 'ListAllowedNodeTypeModifications', arnOfGroup(service, principal.accountId, name))
  return allowedNodeTypes(await requireGroup(service, principal, name))
}

type Apply = (accountId: string, name: string, key: Idempotency | null) => Promise<Accepted>

/** Answers the group as it stands once the change is accepted, and not another one that took its name since. */
async function change(
  service: Service,
  { principal, id, idempotencyKey }: Asked,
  action: Action,
  request: object,
  read: () => Apply,
): Promise<ReplicationGroup> {
  const { accountId } = principal
  const name = groupName(id)
  authorize(principal, action, arnOfGroup(service, accountId, name))
  const apply = read()
  const key = idempotencyOf(service, action, { replicationGroupId: name, request }, idempotencyKey)
  const accepted = await apply(accountId, name, key)
  void service.doorbell.ring(accepted.workflowId)
  const group = await requireGroup(service, principal, name)
  if (group.id !== accepted.resourceId) throw replicationGroupNotFound(name)
  return group
}

function required(path: string, value: string | undefined): string {
  if (value !== undefined && value !== '') return value
  const message = `The parameter ${path} must be provided and must not be null.`
  throw new ServiceError('InvalidParameterValue', message, [{ path, message }])
}
