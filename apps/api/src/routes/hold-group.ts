import { isSettled, type ReplicationGroup, replicationGroupStatus, ServiceError } from '@cacheplane/domain'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { principalOf } from '../http/authenticate.ts'
import { hold, type Held } from '../http/hold.ts'
import type { RouteContext } from '../http/types.ts'
import { replicationGroupNotFound } from '../operations/replication-groups.ts'
import { presentReplicationGroup } from '../present/replication-group.ts'

/** Holds the answer until the group has settled, if the caller asked to wait. */
export async function holdGroup(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  group: ReplicationGroup,
): Promise<{ resource: ReplicationGroup; waited: boolean; hasSettled: boolean }> {
  const { accountId } = principalOf(request)
  const look = () => context.catalogue.findReplicationGroup(accountId, group.replicationGroupId)
  const held = await hold(context, request, reply, group, look, settled)
  const resource = succeeded(held, group)
  return { resource, waited: held.waited, hasSettled: held.waited && settled(resource) }
}

export const present = (context: RouteContext, group: ReplicationGroup) =>
  presentReplicationGroup(group, context.region)

const settled = (group: ReplicationGroup) => isSettled(replicationGroupStatus(group))

/** Who waited is told about a failure as an error; who did not sees it in the resource. */
function succeeded({ resource, waited }: Held<ReplicationGroup>, group: ReplicationGroup): ReplicationGroup {
  if (resource === null) throw replicationGroupNotFound(group.replicationGroupId)
  if (waited && replicationGroupStatus(resource) === 'create-failed') {
    throw new ServiceError(
      'ProvisioningFailed',
      `Replication group ${resource.replicationGroupId} could not be created: ${resource.workflow.failure ?? 'no reason is known'}`,
    )
  }
  return resource
}
