import { isSettled, type ReplicationGroup, replicationGroupStatus } from '@cacheplane/domain'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { principalOf } from '../http/authenticate.ts'
import { holdUntilSettled, type Settled } from '../http/hold-until-settled.ts'
import type { RouteContext } from '../http/types.ts'
import { replicationGroupNotFound } from '../operations/replication-groups.ts'
import { presentReplicationGroup } from '../present/replication-group.ts'

/** Holds the answer until the group has settled, if the caller asked to wait. */
export function holdGroup(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  group: ReplicationGroup,
): Promise<Settled<ReplicationGroup>> {
  const { accountId } = principalOf(request)
  const { replicationGroupId: id } = group
  return holdUntilSettled(context, request, reply, group, {
    look: () => context.catalogue.findReplicationGroup(accountId, id),
    settled: (seen) => isSettled(replicationGroupStatus(seen)),
    failed: (seen) =>
      replicationGroupStatus(seen) === 'create-failed'
        ? `Replication group ${id} could not be created`
        : null,
    notFound: () => replicationGroupNotFound(id),
  })
}

export const present = (context: RouteContext, group: ReplicationGroup) =>
  presentReplicationGroup(group, context.region)
