import { isSnapshotSettled, type Snapshot, snapshotNotFound, snapshotStatus } from '@cacheplane/domain'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { principalOf } from '../http/authenticate.ts'
import { hold } from '../http/hold.ts'
import { holdUntilSettled, type Settled } from '../http/hold-until-settled.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import type { App, RouteContext } from '../http/types.ts'
import {
  copySnapshot,
  createSnapshot,
  deleteSnapshot,
  describeSnapshot,
  describeSnapshots,
} from '../operations/snapshots.ts'
import { presentSnapshot } from '../present/snapshot.ts'
import { answer, Gone, NoQuery } from '../schemas/common.ts'
import { changeHeaders, waitHeader } from '../schemas/headers.ts'
import { problems } from '../schemas/problem.ts'
import * as schemas from '../schemas/snapshot.ts'

const tags = ['Snapshots']
const url = '/v1/snapshots/:snapshotName'
const params = schemas.SnapshotPath

const CREATE_ERRORS = [
  'InvalidParameterCombination',
  'ReplicationGroupNotFoundFault',
  'CacheClusterNotFound',
  'InvalidReplicationGroupState',
  'InvalidCacheClusterState',
  'SnapshotAlreadyExistsFault',
  'SnapshotQuotaExceededFault',
  'SnapshotFeatureNotSupportedFault',
  'SnapshotNotFoundFault',
  'ProvisioningFailed',
] as const

export function snapshotRoutes(app: App, context: RouteContext): void {
  create(app, context)
  copy(app, context)
  list(app, context)
  read(app, context)
  remove(app, context)
}

function create(app: App, context: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/snapshots',
    schema: {
      tags,
      operationId: 'CreateSnapshot',
      summary: 'Take a snapshot of a replication group or cache cluster',
      headers: changeHeaders,
      body: schemas.CreateSnapshot,
      response: {
        200: answer('Taken, and proved by loading it.', schemas.Snapshot),
        202: answer('Still being taken.', schemas.Snapshot),
        ...problems({ body: true }, ...CREATE_ERRORS),
      },
    },
    handler: async (request, reply) => {
      const snapshot = await createSnapshot(
        context,
        principalOf(request),
        request.body,
        idempotencyKeyOf(request),
      )
      return sendNew(context, request, reply, snapshot)
    },
  })
}

function copy(app: App, context: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/snapshots/:snapshotName/copy',
    schema: {
      tags,
      operationId: 'CopySnapshot',
      summary: 'Copy a snapshot',
      description: 'A copy of an automatic snapshot is a manual one, and kept until somebody deletes it.',
      headers: changeHeaders,
      params,
      body: schemas.CopySnapshot,
      response: {
        200: answer('Copied.', schemas.Snapshot),
        202: answer('Still being copied.', schemas.Snapshot),
        ...problems(
          { body: true },
          'SnapshotNotFoundFault',
          'InvalidSnapshotState',
          'SnapshotAlreadyExistsFault',
          'SnapshotQuotaExceededFault',
          'ProvisioningFailed',
        ),
      },
    },
    handler: async (request, reply) => {
      const { snapshotName } = request.params
      const key = idempotencyKeyOf(request)
      const principal = principalOf(request)
      return sendNew(
        context,
        request,
        reply,
        await copySnapshot(context, principal, snapshotName, request.body, key),
      )
    },
  })
}

function list(app: App, context: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/snapshots',
    schema: {
      tags,
      operationId: 'DescribeSnapshots',
      summary: 'List snapshots, ordered by name',
      querystring: schemas.ListSnapshotsQuery,
      response: { 200: answer('One page.', schemas.SnapshotList), ...problems({ body: false }) },
    },
    handler: async (request, reply) => {
      const { showNodeGroupConfig = false, ...query } = request.query
      const { rows, ...rest } = await describeSnapshots(context, principalOf(request), query)
      const snapshots = rows.map((row) => presentSnapshot(row, context.region, showNodeGroupConfig))
      return reply.code(200).send({ snapshots, ...rest })
    },
  })
}

function read(app: App, context: RouteContext): void {
  app.route({
    method: 'GET',
    url,
    schema: {
      tags,
      operationId: 'DescribeSnapshot',
      summary: 'Read a snapshot',
      headers: waitHeader,
      params,
      querystring: schemas.ReadSnapshotQuery,
      response: {
        200: answer('Settled, or nobody asked to wait for it.', schemas.Snapshot),
        202: answer('Still being taken.', schemas.Snapshot),
        ...problems({ body: false }, 'SnapshotNotFoundFault', 'ProvisioningFailed'),
      },
    },
    handler: async (request, reply) => {
      const snapshot = await describeSnapshot(context, principalOf(request), request.params.snapshotName)
      const { resource, waited, hasSettled } = await holdSnapshot(context, request, reply, snapshot)
      const view = presentSnapshot(resource, context.region, request.query.showNodeGroupConfig ?? false)
      return reply.code(waited && !hasSettled ? 202 : 200).send(view)
    },
  })
}

function remove(app: App, context: RouteContext): void {
  app.route({
    method: 'DELETE',
    url,
    schema: {
      tags,
      operationId: 'DeleteSnapshot',
      summary: 'Delete a snapshot and its files',
      headers: waitHeader,
      params,
      querystring: NoQuery,
      response: {
        202: answer('Still going.', schemas.Snapshot),
        204: Gone,
        ...problems({ body: false }, 'SnapshotNotFoundFault', 'InvalidSnapshotState'),
      },
    },
    handler: async (request, reply) => {
      const principal = principalOf(request)
      const snapshot = await deleteSnapshot(context, principal, request.params.snapshotName)
      if (snapshot === null) return reply.code(204).send(null)
      const look = () => context.catalogue.findSnapshot(principal.accountId, snapshot.snapshotName)
      const { resource } = await hold(context, request, reply, snapshot, look, () => false)
      if (resource === null) return reply.code(204).send(null)
      return reply.code(202).send(presentSnapshot(resource, context.region, false))
    },
  })
}

/** The answer to a request that begins a snapshot, held if the caller asked to wait. */
export async function sendNew(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  snapshot: Snapshot,
): Promise<FastifyReply> {
  void reply.header('location', `/v1/snapshots/${snapshot.snapshotName}`)
  const { resource, hasSettled } = await holdSnapshot(context, request, reply, snapshot)
  return reply.code(hasSettled ? 200 : 202).send(presentSnapshot(resource, context.region, false))
}

/** Holds the answer until the snapshot has settled, if the caller asked to wait. */
function holdSnapshot(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  snapshot: Snapshot,
): Promise<Settled<Snapshot>> {
  const { accountId } = principalOf(request)
  const { snapshotName: name } = snapshot
  return holdUntilSettled(context, request, reply, snapshot, {
    look: () => context.catalogue.findSnapshot(accountId, name),
    settled: (seen) => isSnapshotSettled(snapshotStatus(seen)),
    failed: (seen) => (snapshotStatus(seen) === 'failed' ? `Snapshot ${name} could not be taken` : null),
    notFound: () => snapshotNotFound(name),
  })
}
