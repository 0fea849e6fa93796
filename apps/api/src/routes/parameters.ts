import { principalOf } from '../http/authenticate.ts'
import type { App, RouteContext } from '../http/types.ts'
import { describeEngineDefaultParameters, describeParameters } from '../operations/parameter-groups.ts'
import { presentParameters } from '../present/parameter-group.ts'
import { answer } from '../schemas/common.ts'
import * as schemas from '../schemas/parameter-group.ts'
import { problems } from '../schemas/problem.ts'

const tags = ['Parameter groups']

/** What can be set, to what, and what it is. */
export function parameterRoutes(app: App, context: RouteContext): void {
  ofGroup(app, context)
  ofEngine(app, context)
}

function ofGroup(app: App, context: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/parameter-groups/:cacheParameterGroupName/parameters',
    schema: {
      tags,
      operationId: 'DescribeCacheParameters',
      summary: 'List the parameters of a group with their values',
      params: schemas.ParameterGroupPath,
      querystring: schemas.ListParametersQuery,
      response: {
        200: answer('One page.', schemas.ParameterList),
        ...problems({ body: false }, 'CacheParameterGroupNotFound'),
      },
    },
    handler: async (request, reply) => {
      const { cacheParameterGroupName: name } = request.params
      const page = await describeParameters(context, principalOf(request), name, request.query)
      const { marker, source = 'system' } = request.query
      return reply.code(200).send(presentParameters(page, marker === undefined && source === 'system'))
    },
  })
}

function ofEngine(app: App, context: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/engine-default-parameters',
    schema: {
      tags,
      operationId: 'DescribeEngineDefaultParameters',
      summary: 'List the parameters of a family with its defaults',
      querystring: schemas.EngineDefaultsQuery,
      response: { 200: answer('One page.', schemas.EngineDefaults), ...problems({ body: false }) },
    },
    handler: async (request, reply) => {
      const page = await describeEngineDefaultParameters(context, principalOf(request), request.query)
      return reply.code(200).send({
        cacheParameterGroupFamily: page.family.name,
        ...presentParameters(page, request.query.marker === undefined),
      })
    },
  })
}
