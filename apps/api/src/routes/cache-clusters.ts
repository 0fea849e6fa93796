import { type CacheCluster, cacheClusterStatus, isCreationFailed, isSettled } from '@cacheplane/domain'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { principalOf } from '../http/authenticate.ts'
import { holdUntilGone } from '../http/hold-until-gone.ts'
import { holdUntilSettled, type Settled } from '../http/hold-until-settled.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import type { App, RouteContext } from '../http/types.ts'
import {
  cacheClusterNotFound,
  createCacheCluster,
  deleteCacheCluster,
  describeCacheCluster,
  describeCacheClusters,
  modifyCacheCluster,
  rebootCacheCluster,
} from '../operations/cache-clusters.ts'
import { presentCacheCluster } from '../present/cache-cluster.ts'
import * as schemas from '../schemas/cache-cluster.ts'
import { answer, Gone } from '../schemas/common.ts'
import { changeHeaders, waitHeader } from '../schemas/headers.ts'
import { problems } from '../schemas/problem.ts'

const tags = ['Cache clusters']

const CREATE_ERRORS = [
  'InvalidParameterCombination',
  'CacheParameterGroupNotFound',
  'CacheSubnetGroupNotFoundFault',
  'SnapshotNotFoundFault',
  'InvalidSnapshotState',
  'CacheClusterAlreadyExists',
  'NodeQuotaForClusterExceeded',
  'NodeQuotaForCustomerExceeded',
  'InsufficientCacheClusterCapacity',
  'CacheClusterNotFound',
  'ProvisioningFailed',
] as const

/** Also shows the members of replication groups; of those, replicas can be deleted here. */
export function cacheClusterRoutes(app: App, context: RouteContext): void {
  create(app, context)
  list(app, context)
  read(app, context)
  modify(app, context)
  reboot(app, context)
  remove(app, context)
}

function create(app: App, context: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/cache-clusters',
    schema: {
      tags,
      operationId: 'CreateCacheCluster',
      summary: 'Create a cache cluster',
      headers: changeHeaders,
      body: schemas.CreateCacheCluster,
      response: {
        200: answer('Settled.', schemas.CacheCluster),
        202: answer('Still changing.', schemas.CacheCluster),
        ...problems({ body: true }, ...CREATE_ERRORS),
      },
    },
    handler: async (request, reply) => {
      const principal = principalOf(request)
      const cluster = await createCacheCluster(context, principal, request.body, idempotencyKeyOf(request))
      void reply.header('location', `/v1/cache-clusters/${cluster.cacheClusterId}`)
      return send(context, request, reply, cluster)
    },
  })
}

function list(app: App, context: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/cache-clusters',
    schema: {
      tags,
      operationId: 'DescribeCacheClusters',
      summary: 'List cache clusters and members of replication groups, ordered by id',
      querystring: schemas.ListCacheClustersQuery,
      response: { 200: answer('One page.', schemas.CacheClusterList), ...problems({ body: false }) },
    },
    handler: async (request, reply) => {
      const { showCacheNodeInfo = false, showCacheClustersNotInReplicationGroups = false } = request.query
      const { rows, ...rest } = await describeCacheClusters(
        context,
        principalOf(request),
        request.query,
        showCacheClustersNotInReplicationGroups,
      )
      const cacheClusters = rows.map((row) => present(context, row, showCacheNodeInfo))
      return reply.code(200).send({ cacheClusters, ...rest })
    },
  })
}

function read(app: App, context: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/cache-clusters/:cacheClusterId',
    schema: {
      tags,
      operationId: 'DescribeCacheCluster',
      summary: 'Read a cache cluster',
      headers: waitHeader,
      params: schemas.CacheClusterPath,
      querystring: schemas.GetCacheClusterQuery,
      response: {
        200: answer('Settled, or nobody asked to wait for it.', schemas.CacheCluster),
        202: answer('Still changing.', schemas.CacheCluster),
        ...problems({ body: false }, 'CacheClusterNotFound', 'ProvisioningFailed'),
      },
    },
    handler: async (request, reply) => {
      const principal = principalOf(request)
      const cluster = await describeCacheCluster(context, principal, request.params.cacheClusterId)
      const { resource, waited, hasSettled } = await holdCluster(context, request, reply, cluster)
      const body = present(context, resource, request.query.showCacheNodeInfo ?? true)
      return reply.code(waited && !hasSettled ? 202 : 200).send(body)
    },
  })
}

function modify(app: App, context: RouteContext): void {
  app.route({
    method: 'PATCH',
    url: '/v1/cache-clusters/:cacheClusterId',
    schema: {
      tags,
      operationId: 'ModifyCacheCluster',
      summary: 'Change a cache cluster; add and remove Memcached nodes',
      headers: changeHeaders,
      params: schemas.CacheClusterPath,
      body: schemas.ModifyCacheCluster,
      response: {
        200: answer('Settled.', schemas.CacheCluster),
        202: answer('Still changing.', schemas.CacheCluster),
        ...problems({ body: true }, 'InvalidParameterCombination', ...MODIFY_ERRORS),
      },
    },
    handler: async (request, reply) => {
      const principal = principalOf(request)
      const { cacheClusterId: id } = request.params
      const key = idempotencyKeyOf(request)
      return send(
        context,
        request,
        reply,
        await modifyCacheCluster(context, principal, id, request.body, key),
      )
    },
  })
}

const MODIFY_ERRORS = [
  'CacheParameterGroupNotFound',
  'CacheClusterNotFound',
  'InvalidCacheClusterState',
  'NodeQuotaForClusterExceeded',
  'NodeQuotaForCustomerExceeded',
  'InsufficientCacheClusterCapacity',
  'ProvisioningFailed',
] as const

/** A changed cluster, once it has settled if the caller wants to wait for that. */
async function send(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  cluster: CacheCluster,
) {
  const { resource, hasSettled } = await holdCluster(context, request, reply, cluster)
  return reply.code(hasSettled ? 200 : 202).send(present(context, resource))
}

function reboot(app: App, context: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/cache-clusters/:cacheClusterId/reboot',
    schema: {
      tags,
      operationId: 'RebootCacheCluster',
      summary: 'Restart cache nodes, which empties them',
      headers: changeHeaders,
      params: schemas.CacheClusterPath,
      body: schemas.RebootCacheCluster,
      response: {
        200: answer('Settled.', schemas.CacheCluster),
        202: answer('Still changing.', schemas.CacheCluster),
        ...problems({ body: true }, 'CacheClusterNotFound', 'InvalidCacheClusterState', 'ProvisioningFailed'),
      },
    },
    handler: async (request, reply) => {
      const principal = principalOf(request)
      const { cacheClusterId: id } = request.params
      const key = idempotencyKeyOf(request)
      return send(
        context,
        request,
        reply,
        await rebootCacheCluster(context, principal, id, request.body, key),
      )
    },
  })
}

function remove(app: App, context: RouteContext): void {
  app.route({
    method: 'DELETE',
    url: '/v1/cache-clusters/:cacheClusterId',
    schema: {
      tags,
      operationId: 'DeleteCacheCluster',
      summary: 'Delete a cache cluster and its nodes',
      headers: waitHeader,
      params: schemas.CacheClusterPath,
      querystring: schemas.DeleteCacheClusterQuery,
      response: {
        202: answer('Still going.', schemas.CacheCluster),
        204: Gone,
        ...problems(
          { body: false },
          'CacheClusterNotFound',
          'InvalidCacheClusterState',
          'InvalidParameterCombination',
          'SnapshotFeatureNotSupportedFault',
          'SnapshotAlreadyExistsFault',
          'SnapshotQuotaExceededFault',
          'ProvisioningFailed',
        ),
      },
    },
    handler: async (request, reply) => {
      const principal = principalOf(request)
      const cluster = await deleteCacheCluster(
        context,
        principal,
        request.params.cacheClusterId,
        request.query,
      )
      if (cluster === null) return reply.code(204).send(null)
      const look = () => context.catalogue.findCacheCluster(principal.accountId, cluster.cacheClusterId)
      const resource = await holdUntilGone(context, request, reply, cluster, {
        look,
        isDeleting: (seen) => cacheClusterStatus(seen) === 'deleting',
        named: `Cache cluster ${cluster.cacheClusterId}`,
        finalSnapshotIdentifier: request.query.finalSnapshotIdentifier,
      })
      return resource === null ? reply.code(204).send(null) : reply.code(202).send(present(context, resource))
    },
  })
}

const present = (context: RouteContext, cluster: CacheCluster, showNodes = true) =>
  presentCacheCluster(cluster, context.region, showNodes)

/** Holds the answer until the cluster has settled, if the caller asked to wait. */
function holdCluster(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  cluster: CacheCluster,
): Promise<Settled<CacheCluster>> {
  const { accountId } = principalOf(request)
  const { cacheClusterId: id } = cluster
  return holdUntilSettled(context, request, reply, cluster, {
    look: () => context.catalogue.findCacheCluster(accountId, id),
    settled: (seen) => isSettled(cacheClusterStatus(seen)),
    failed: (seen) =>
      isCreationFailed(cacheClusterStatus(seen)) ? `Cache cluster ${id} could not be created` : null,
    notFound: () => cacheClusterNotFound(id),
  })
}
