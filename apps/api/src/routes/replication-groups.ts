import { replicationGroupStatus } from '@cacheplane/domain'
import { principalOf } from '../http/authenticate.ts'
import { holdUntilGone } from '../http/hold-until-gone.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import type { App, RouteContext } from '../http/types.ts'
import {
  createReplicationGroup,
  deleteReplicationGroup,
  describeReplicationGroup,
  describeReplicationGroups,
} from '../operations/replication-groups.ts'
import { changeHeaders, waitHeader } from '../schemas/headers.ts'
import { answer, Gone, NoQuery } from '../schemas/common.ts'
import { problems } from '../schemas/problem.ts'
import * as schemas from '../schemas/replication-group.ts'
import { holdGroup, present } from './hold-group.ts'

const tags = ['Replication groups']

const CREATE_ERRORS = [
  'InvalidParameterCombination',
  'CacheParameterGroupNotFound',
  'CacheSubnetGroupNotFoundFault',
  'ReplicationGroupAlreadyExists',
  'CacheClusterAlreadyExists',
  'NodeQuotaForCustomerExceeded',
  'NodeGroupsPerReplicationGroupQuotaExceeded',
  'InsufficientCacheClusterCapacity',
  'ReplicationGroupNotFoundFault',
  'SnapshotNotFoundFault',
  'InvalidSnapshotState',
  'ProvisioningFailed',
] as const

const DELETE_ERRORS = [
  'ReplicationGroupNotFoundFault',
  'InvalidReplicationGroupState',
  'SnapshotAlreadyExistsFault',
  'SnapshotQuotaExceededFault',
  'SnapshotFeatureNotSupportedFault',
  'ProvisioningFailed',
] as const

export function replicationGroupRoutes(app: App, context: RouteContext): void {
  create(app, context)
  list(app, context)
  read(app, context)
  remove(app, context)
}

function create(app: App, context: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/replication-groups',
    schema: {
      tags,
      operationId: 'CreateReplicationGroup',
      summary: 'Create a replication group',
      headers: changeHeaders,
      body: schemas.CreateReplicationGroup,
      response: {
        200: answer('Settled.', schemas.ReplicationGroup),
        202: answer('Still changing.', schemas.ReplicationGroup),
        ...problems({ body: true }, ...CREATE_ERRORS),
      },
    },
    handler: async (request, reply) => {
      const principal = principalOf(request)
      const body = schemas.oneDescription(request.body)
      const group = await createReplicationGroup(context, principal, body, idempotencyKeyOf(request))
      void reply.header('location', `/v1/replication-groups/${group.replicationGroupId}`)
      const { resource, hasSettled } = await holdGroup(context, request, reply, group)
      return reply.code(hasSettled ? 200 : 202).send(present(context, resource))
    },
  })
}

function list(app: App, context: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/replication-groups',
    schema: {
      tags,
      operationId: 'DescribeReplicationGroups',
      summary: 'List replication groups, ordered by id',
      querystring: schemas.ListReplicationGroupsQuery,
      response: { 200: answer('One page.', schemas.ReplicationGroupList), ...problems({ body: false }) },
    },
    handler: async (request, reply) => {
      const { rows, ...rest } = await describeReplicationGroups(context, principalOf(request), request.query)
      return reply.code(200).send({ replicationGroups: rows.map((row) => present(context, row)), ...rest })
    },
  })
}

function read(app: App, context: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/replication-groups/:replicationGroupId',
    schema: {
      tags,
      operationId: 'DescribeReplicationGroup',
      summary: 'Read a replication group',
      headers: waitHeader,
      params: schemas.ReplicationGroupPath,
      querystring: NoQuery,
      response: {
        200: answer('Settled, or nobody asked to wait for it.', schemas.ReplicationGroup),
        202: answer('Still changing.', schemas.ReplicationGroup),
        ...problems({ body: false }, 'ReplicationGroupNotFoundFault', 'ProvisioningFailed'),
      },
    },
    handler: async (request, reply) => {
      const principal = principalOf(request)
      const group = await describeReplicationGroup(context, principal, request.params.replicationGroupId)
      const { resource, waited, hasSettled } = await holdGroup(context, request, reply, group)
      return reply.code(waited && !hasSettled ? 202 : 200).send(present(context, resource))
    },
  })
}

function remove(app: App, context: RouteContext): void {
  app.route({
    method: 'DELETE',
    url: '/v1/replication-groups/:replicationGroupId',
    schema: {
      tags,
      operationId: 'DeleteReplicationGroup',
      summary: 'Delete a replication group and its nodes',
      headers: waitHeader,
      params: schemas.ReplicationGroupPath,
      querystring: schemas.DeleteReplicationGroupQuery,
      response: {
        202: answer('Still going.', schemas.ReplicationGroup),
        204: Gone,
        ...problems({ body: false }, ...DELETE_ERRORS),
      },
    },
    handler: async (request, reply) => {
      const principal = principalOf(request)
      const { replicationGroupId } = request.params
      const group = await deleteReplicationGroup(context, principal, replicationGroupId, request.query)
      if (group === null) return reply.code(204).send(null)
      const look = () => context.catalogue.findReplicationGroup(principal.accountId, group.replicationGroupId)
      const resource = await holdUntilGone(context, request, reply, group, {
        look,
        isDeleting: (seen) => replicationGroupStatus(seen) === 'deleting',
        named: `Replication group ${group.replicationGroupId}`,
        finalSnapshotIdentifier: request.query.finalSnapshotIdentifier,
      })
      return resource === null ? reply.code(204).send(null) : reply.code(202).send(present(context, resource))
    },
  })
}
