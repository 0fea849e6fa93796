import { type ErrorCode, type ReplicationGroup, ServiceError } from '@cacheplane/domain'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { principalOf } from '../http/authenticate.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import type { App, RouteContext } from '../http/types.ts'
import {
  type Asked,
  decreaseReplicaCount,
  describeFailovers,
  increaseReplicaCount,
  listAllowedNodeTypeModifications,
  modifyReplicationGroup,
  modifyShardConfiguration,
  testFailover,
} from '../operations/change-replication-group.ts'
import { presentFailover } from '../present/failover.ts'
import { answer } from '../schemas/common.ts'
import { FailoverList, FAILOVERS_MAX, ListFailoversQuery } from '../schemas/failover.ts'
import { changeHeaders } from '../schemas/headers.ts'
import { problems } from '../schemas/problem.ts'
import { AllowedNodeTypeModifications } from '../schemas/pending-values.ts'
import * as schemas from '../schemas/replication-group-change.ts'
import {
  oneDescription,
  ReplicationGroup as Group,
  ReplicationGroupPath,
} from '../schemas/replication-group.ts'
import { holdGroup, present } from './hold-group.ts'

const tags = ['Replication groups']
const params = ReplicationGroupPath

/** What is done to a group that stands. */
export function replicationGroupChangeRoutes(app: App, context: RouteContext): void {
  modify(app, context)
  test(app, context)
  increase(app, context)
  decrease(app, context)
  reshard(app, context)
  failovers(app, context)
  allowedNodeTypes(app, context)
}

const answers = (...codes: readonly ErrorCode[]) => ({
  200: answer('Settled.', Group),
  202: answer('Still changing.', Group),
  ...problems(
    { body: true },
    'InvalidParameterCombination',
    'ReplicationGroupNotFoundFault',
    'InvalidReplicationGroupState',
    'ProvisioningFailed',
    ...codes,
  ),
})

function modify(app: App, context: RouteContext): void {
  app.route({
    method: 'PATCH',
    url: '/v1/replication-groups/:replicationGroupId',
    schema: {
      tags,
      operationId: 'ModifyReplicationGroup',
      summary: 'Change a replication group',
      headers: changeHeaders,
      params,
      body: schemas.ModifyReplicationGroup,
      response: answers('CacheParameterGroupNotFound', 'InsufficientCacheClusterCapacity'),
    },
    handler: async (request, reply) => {
      const body = oneDescription(request.body)
      return send(
        context,
        request,
        reply,
        await modifyReplicationGroup(context, askedBy(request, request.params), body),
      )
    },
  })
}

function test(app: App, context: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/replication-groups/:replicationGroupId/test-failover',
    schema: {
      tags,
      operationId: 'TestFailover',
      summary: 'Lose the primary on purpose, and see a replica take over',
      headers: changeHeaders,
      params,
      body: schemas.TestFailover,
      response: answers('NodeGroupNotFoundFault', 'APICallRateForCustomerExceeded'),
    },
    handler: async (request, reply) =>
      send(
        context,
        request,
        reply,
        await testFailover(context, askedBy(request, request.params), request.body),
      ),
  })
}

function increase(app: App, context: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/replication-groups/:replicationGroupId/increase-replica-count',
    schema: {
      tags,
      operationId: 'IncreaseReplicaCount',
      summary: 'Add replicas',
      headers: changeHeaders,
      params,
      body: schemas.IncreaseReplicaCount,
      response: answers(
        'NodeGroupNotFoundFault',
        'NoOperationFault',
        'NodeQuotaForCustomerExceeded',
        'InsufficientCacheClusterCapacity',
      ),
    },
    handler: async (request, reply) =>
      send(
        context,
        request,
        reply,
        await increaseReplicaCount(context, askedBy(request, request.params), request.body),
      ),
  })
}

function decrease(app: App, context: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/replication-groups/:replicationGroupId/decrease-replica-count',
    schema: {
      tags,
      operationId: 'DecreaseReplicaCount',
      summary: 'Remove replicas',
      headers: changeHeaders,
      params,
      body: schemas.DecreaseReplicaCount,
      response: answers('NodeGroupNotFoundFault', 'NoOperationFault'),
    },
    handler: async (request, reply) =>
      send(
        context,
        request,
        reply,
        await decreaseReplicaCount(context, askedBy(request, request.params), request.body),
      ),
  })
}

function reshard(app: App, context: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/replication-groups/:replicationGroupId/shard-configuration',
    schema: {
      tags,
      operationId: 'ModifyReplicationGroupShardConfiguration',
      summary: 'Have more shards, fewer, or equal ones, while clients go on',
      headers: changeHeaders,
      params,
      body: schemas.ModifyShardConfiguration,
      response: answers(
        'NodeGroupNotFoundFault',
        'NodeGroupsPerReplicationGroupQuotaExceeded',
        'NodeQuotaForCustomerExceeded',
        'InsufficientCacheClusterCapacity',
      ),
    },
    handler: async (request, reply) =>
      send(
        context,
        request,
        reply,
        await modifyShardConfiguration(context, askedBy(request, request.params), request.body),
      ),
  })
}

function failovers(app: App, context: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/replication-groups/:replicationGroupId/failovers',
    schema: {
      tags,
      operationId: 'DescribeFailovers',
      summary: 'List changes of primary with every phase of them, newest first',
      params,
      querystring: ListFailoversQuery,
      response: {
        200: answer('The newest.', FailoverList),
        ...problems({ body: false }, 'ReplicationGroupNotFoundFault'),
      },
    },
    handler: async (request, reply) => {
      const limit = limitOf(request.query.maxRecords)
      const { replicationGroupId: id } = request.params
      const rows = await describeFailovers(context, principalOf(request), id, limit)
      return reply.code(200).send({ failovers: rows.map(presentFailover) })
    },
  })
}

function allowedNodeTypes(app: App, context: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/replication-groups/:replicationGroupId/allowed-node-type-modifications',
    schema: {
      tags,
      operationId: 'ListAllowedNodeTypeModifications',
      summary: 'List the node types that a replication group may be changed to',
      params,
      response: {
        200: answer('Larger ones and smaller ones.', AllowedNodeTypeModifications),
        ...problems({ body: false }, 'ReplicationGroupNotFoundFault'),
      },
    },
    handler: async (request, reply) => {
      const { replicationGroupId: id } = request.params
      return reply.code(200).send(await listAllowedNodeTypeModifications(context, principalOf(request), id))
    },
  })
}

const askedBy = (
  request: FastifyRequest,
  { replicationGroupId: id }: { replicationGroupId: string },
): Asked => ({
  principal: principalOf(request),
  id,
  idempotencyKey: idempotencyKeyOf(request),
})

async function send(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  group: ReplicationGroup,
): Promise<FastifyReply> {
  const { resource, hasSettled } = await holdGroup(context, request, reply, group)
  return reply.code(hasSettled ? 200 : 202).send(present(context, resource))
}

function limitOf(maxRecords: number | undefined): number {
  const limit = maxRecords ?? FAILOVERS_MAX
  if (limit >= 1 && limit <= FAILOVERS_MAX) return limit
  const message = `maxRecords must be between 1 and ${FAILOVERS_MAX}.`
  throw new ServiceError('InvalidParameterValue', message, [{ path: 'maxRecords', message }])
}
