import { principalOf } from '../http/authenticate.ts'
import type { App, RouteContext } from '../http/types.ts'
import {
  applyUpdateActions,
  describeServiceUpdates,
  describeUpdateActions,
  stopUpdateActions,
} from '../operations/service-updates.ts'
import { presentServiceUpdate, presentUpdateAction, presentUpdateResults } from '../present/service-update.ts'
import { answer } from '../schemas/common.ts'
import { problems } from '../schemas/problem.ts'
import * as schemas from '../schemas/service-update.ts'

const tags = ['Service updates']

/** Newer packages for engines, and what they mean for whom. */
export function serviceUpdateRoutes(app: App, context: RouteContext): void {
  updates(app, context)
  actions(app, context)
  batch(app, context, 'apply')
  batch(app, context, 'stop')
}

function updates(app: App, context: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/service-updates',
    schema: {
      tags,
      operationId: 'DescribeServiceUpdates',
      summary: 'List service updates, newest first',
      querystring: schemas.ListServiceUpdatesQuery,
      response: {
        200: answer('One page.', schemas.ServiceUpdateList),
        ...problems({ body: false }, 'ServiceUpdateNotFoundFault'),
      },
    },
    handler: async (request, reply) => {
      const { rows, ...rest } = await describeServiceUpdates(context, principalOf(request), request.query)
      return reply.code(200).send({ serviceUpdates: rows.map(presentServiceUpdate), ...rest })
    },
  })
}

function actions(app: App, context: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/update-actions',
    schema: {
      tags,
      operationId: 'DescribeUpdateActions',
      summary: 'List who needs or has a service update, and how far it is',
      querystring: schemas.ListUpdateActionsQuery,
      response: {
        200: answer('One page.', schemas.UpdateActionList),
        ...problems({ body: false }, 'ServiceUpdateNotFoundFault'),
      },
    },
    handler: async (request, reply) => {
      const { rows, ...rest } = await describeUpdateActions(context, principalOf(request), request.query)
      const { showNodeLevelUpdateStatus: showsNodes = false } = request.query
      const now = context.clock.now()
      const updateActions = rows.map((row) => presentUpdateAction(row, now, showsNodes))
      return reply.code(200).send({ updateActions, ...rest })
    },
  })
}

const BATCHES = {
  apply: {
    operationId: 'BatchApplyUpdateAction',
    summary: 'Replace nodes by ones that have a service update, one after the other',
    act: applyUpdateActions,
  },
  stop: {
    operationId: 'BatchStopUpdateAction',
    summary: 'Begin with no further node',
    act: stopUpdateActions,
  },
} as const

/** Repeated, it finds the resource busy with what was asked for, and says so: no key is needed. */
function batch(app: App, context: RouteContext, what: keyof typeof BATCHES): void {
  const { operationId, summary, act } = BATCHES[what]
  app.route({
    method: 'POST',
    url: `/v1/update-actions/${what}`,
    schema: {
      tags,
      operationId,
      summary,
      body: schemas.UpdateActionBatch,
      response: {
        200: answer('What was accepted, and what not.', schemas.UpdateActionResults),
        ...problems({ body: true }, 'ServiceUpdateNotFoundFault'),
      },
    },
    handler: async (request, reply) => {
      const results = await act(context, principalOf(request), request.body)
      return reply.code(200).send(presentUpdateResults(results))
    },
  })
}
