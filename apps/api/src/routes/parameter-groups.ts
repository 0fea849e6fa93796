import type { FastifyRequest } from 'fastify'
import type { ParameterGroup } from '@cacheplane/domain'
import { principalOf } from '../http/authenticate.ts'
import type { App, RouteContext } from '../http/types.ts'
import {
  createParameterGroup,
  deleteParameterGroup,
  describeParameterGroup,
  describeParameterGroups,
  modifyParameterGroup,
  resetParameterGroup,
} from '../operations/parameter-groups.ts'
import { presentParameterGroup } from '../present/parameter-group.ts'
import { answer, Gone, NoQuery } from '../schemas/common.ts'
import * as schemas from '../schemas/parameter-group.ts'
import { problems } from '../schemas/problem.ts'

const tags = ['Parameter groups']
const url = '/v1/parameter-groups/:cacheParameterGroupName'
const params = schemas.ParameterGroupPath

export function parameterGroupRoutes(app: App, context: RouteContext): void {
  create(app, context)
  list(app, context)
  read(app, context)
  modify(app, context)
  reset(app, context)
  remove(app, context)
}

function create(app: App, context: RouteContext): void {
  app.route({
    method: 'POST',
    url: '/v1/parameter-groups',
    schema: {
      tags,
      operationId: 'CreateCacheParameterGroup',
      summary: 'Create a parameter group with the defaults of its family',
      body: schemas.CreateParameterGroup,
      response: {
        201: answer('Created.', schemas.ParameterGroup),
        ...problems({ body: true }, 'CacheParameterGroupAlreadyExists', 'CacheParameterGroupQuotaExceeded'),
      },
    },
    handler: async (request, reply) => {
      const group = await createParameterGroup(context, principalOf(request), request.body)
      void reply.header('location', `/v1/parameter-groups/${group.name}`)
      return reply.code(201).send(present(context, request, group))
    },
  })
}

function list(app: App, context: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/parameter-groups',
    schema: {
      tags,
      operationId: 'DescribeCacheParameterGroups',
      summary: 'List parameter groups, the default ones among them, ordered by name',
      querystring: schemas.ListParameterGroupsQuery,
      response: { 200: answer('One page.', schemas.ParameterGroupList), ...problems({ body: false }) },
    },
    handler: async (request, reply) => {
      const { rows, ...rest } = await describeParameterGroups(context, principalOf(request), request.query)
      const cacheParameterGroups = rows.map((group) => present(context, request, group))
      return reply.code(200).send({ cacheParameterGroups, ...rest })
    },
  })
}

function read(app: App, context: RouteContext): void {
  app.route({
    method: 'GET',
    url,
    schema: {
      tags,
      operationId: 'DescribeCacheParameterGroup',
      summary: 'Read a parameter group',
      params,
      querystring: NoQuery,
      response: {
        200: answer('The group.', schemas.ParameterGroup),
        ...problems({ body: false }, 'CacheParameterGroupNotFound'),
      },
    },
    handler: async (request, reply) => {
      const { cacheParameterGroupName: name } = request.params
      const group = await describeParameterGroup(context, principalOf(request), name)
      return reply.code(200).send(present(context, request, group))
    },
  })
}

const CHANGED = {
  200: answer('Accepted; each cache shows whether it has been applied.', schemas.ParameterGroup),
  ...problems(
    { body: true },
    'CacheParameterGroupNotFound',
    'InvalidCacheParameterGroupState',
    'InvalidParameterCombination',
  ),
}

function modify(app: App, context: RouteContext): void {
  app.route({
    method: 'PATCH',
    url,
    schema: {
      tags,
      operationId: 'ModifyCacheParameterGroup',
      summary: 'Change values, in every cache that uses the group',
      params,
      body: schemas.ModifyParameterGroup,
      response: CHANGED,
    },
    handler: async (request, reply) => {
      const { cacheParameterGroupName: name } = request.params
      const group = await modifyParameterGroup(context, principalOf(request), name, request.body)
      return reply.code(200).send(present(context, request, group))
    },
  })
}

function reset(app: App, context: RouteContext): void {
  app.route({
    method: 'POST',
    url: `${url}/reset`,
    schema: {
      tags,
      operationId: 'ResetCacheParameterGroup',
      summary: 'Give parameters the values of the family back',
      params,
      body: schemas.ResetParameterGroup,
      response: CHANGED,
    },
    handler: async (request, reply) => {
      const { cacheParameterGroupName: name } = request.params
      const group = await resetParameterGroup(context, principalOf(request), name, request.body)
      return reply.code(200).send(present(context, request, group))
    },
  })
}

function remove(app: App, context: RouteContext): void {
  app.route({
    method: 'DELETE',
    url,
    schema: {
      tags,
      operationId: 'DeleteCacheParameterGroup',
      summary: 'Delete a parameter group that no cache uses',
      params,
      querystring: NoQuery,
      response: {
        204: Gone,
        ...problems({ body: false }, 'CacheParameterGroupNotFound', 'InvalidCacheParameterGroupState'),
      },
    },
    handler: async (request, reply) => {
      await deleteParameterGroup(context, principalOf(request), request.params.cacheParameterGroupName)
      return reply.code(204).send(null)
    },
  })
}

const present = (context: RouteContext, request: FastifyRequest, group: ParameterGroup) =>
  presentParameterGroup(group, context.region, principalOf(request).accountId)
