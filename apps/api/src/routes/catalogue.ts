import { z } from 'zod'
import { principalOf } from '../http/authenticate.ts'
import type { App, RouteContext } from '../http/types.ts'
import {
  describeAvailabilityZones,
  describeCacheEngineVersions,
  describeCaCertificate,
  describeNodeTypes,
} from '../operations/catalogue.ts'
import { describeEvents } from '../operations/events.ts'
import { presentEngineVersion, presentEvent, presentNodeType, presentZone } from '../present/catalogue.ts'
import * as schemas from '../schemas/catalogue.ts'
import { answer, NoQuery } from '../schemas/common.ts'
import { problems } from '../schemas/problem.ts'

const PEM_TYPE = 'application/x-pem-file'
const tags = ['Catalogue']

/** What can be had, where, and what has happened. */
export function catalogueRoutes(app: App, context: RouteContext): void {
  events(app, context)
  engineVersions(app, context)
  nodeTypes(app, context)
  availabilityZones(app, context)
  caCertificate(app, context)
}

function events(app: App, context: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/events',
    schema: {
      tags: ['Events'],
      operationId: 'DescribeEvents',
      summary: 'List events, newest first',
      querystring: schemas.ListEventsQuery,
      response: {
        200: answer('One page.', schemas.EventList),
        ...problems({ body: false }, 'InvalidParameterCombination'),
      },
    },
    handler: async (request, reply) => {
      const { rows, ...rest } = await describeEvents(context, principalOf(request), request.query)
      return reply.code(200).send({ events: rows.map(presentEvent), ...rest })
    },
  })
}

function engineVersions(app: App, context: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/engine-versions',
    schema: {
      tags,
      operationId: 'DescribeCacheEngineVersions',
      summary: 'List engine versions',
      querystring: schemas.ListEngineVersionsQuery,
      response: { 200: answer('One page.', schemas.EngineVersionList), ...problems({ body: false }) },
    },
    handler: async (request, reply) => {
      const { rows, ...rest } = await describeCacheEngineVersions(
        context,
        principalOf(request),
        request.query,
      )
      return reply.code(200).send({ cacheEngineVersions: rows.map(presentEngineVersion), ...rest })
    },
  })
}

function nodeTypes(app: App, context: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/node-types',
    schema: {
      tags,
      operationId: 'DescribeNodeTypes',
      summary: 'List node types and what they get here',
      querystring: schemas.ListNodeTypesQuery,
      response: { 200: answer('One page.', schemas.NodeTypeList), ...problems({ body: false }) },
    },
    handler: async (request, reply) => {
      const { rows, ...rest } = await describeNodeTypes(context, principalOf(request), request.query)
      return reply.code(200).send({ nodeTypes: rows.map(presentNodeType), ...rest })
    },
  })
}

function availabilityZones(app: App, context: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/availability-zones',
    schema: {
      tags,
      operationId: 'DescribeAvailabilityZones',
      summary: 'List availability zones',
      querystring: schemas.ListAvailabilityZonesQuery,
      response: { 200: answer('One page.', schemas.AvailabilityZoneList), ...problems({ body: false }) },
    },
    handler: async (request, reply) => {
      const { rows, ...rest } = await describeAvailabilityZones(context, principalOf(request), request.query)
      return reply.code(200).send({ availabilityZones: rows.map(presentZone), ...rest })
    },
  })
}

function caCertificate(app: App, context: RouteContext): void {
  app.route({
    method: 'GET',
    url: '/v1/ca-certificate',
    schema: {
      tags,
      operationId: 'DescribeCaCertificate',
      summary: 'The certificate that signs the nodes’ TLS certificates',
      querystring: NoQuery,
      response: {
        200: { description: 'PEM', content: { [PEM_TYPE]: { schema: z.string() } } },
        ...problems({ body: false }),
      },
    },
    handler: async (request, reply) => {
      const pem = await describeCaCertificate(context, principalOf(request))
      return reply.code(200).type(PEM_TYPE).send(pem)
    },
  })
}
