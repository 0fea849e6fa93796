import type { AvailabilityZone } from '@cacheplane/domain'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { principalOf } from '../http/authenticate.ts'
import { hold } from '../http/hold.ts'
import { idempotencyKeyOf } from '../http/idempotency-key.ts'
import type { App, RouteContext } from '../http/types.ts'
import { beginOutage, endOutage, findZone, zoneNotFound } from '../operations/zone-outages.ts'
import { presentZone } from '../present/catalogue.ts'
import { answer, NoQuery } from '../schemas/common.ts'
import { changeHeaders, waitHeader } from '../schemas/headers.ts'
import { problems } from '../schemas/problem.ts'
import * as schemas from '../schemas/zone-outage.ts'

const tags = ['Availability zones']
const url = '/v1/availability-zones/:name/outage'
const CODES = ['AvailabilityZoneNotFound', 'InvalidAvailabilityZoneState'] as const

/** Outages on purpose, for whoever wants to see what they do to an application. */
export function zoneOutageRoutes(app: App, context: RouteContext): void {
  begin(app, context)
  end(app, context)
}

function begin(app: App, context: RouteContext): void {
  app.route({
    method: 'POST',
    url,
    schema: {
      tags,
      operationId: 'BeginAvailabilityZoneOutage',
      summary: 'Take every cache node of an availability zone out, until it is ended',
      headers: changeHeaders,
      params: schemas.ZonePath,
      body: schemas.BeginOutage,
      response: {
        200: answer('Every node of the zone is down.', schemas.AvailabilityZone),
        202: answer('The nodes are being struck.', schemas.AvailabilityZone),
        ...problems({ body: true }, ...CODES),
      },
    },
    handler: async (request, reply) => {
      const asked = { ...askedBy(request), idempotencyKey: idempotencyKeyOf(request) }
      const zone = await beginOutage(context, asked, request.body.mode)
      return send(context, request, reply, zone, ({ outage }) => outage?.status !== 'starting')
    },
  })
}

function end(app: App, context: RouteContext): void {
  app.route({
    method: 'DELETE',
    url,
    schema: {
      tags,
      operationId: 'EndAvailabilityZoneOutage',
      summary: 'End the outage of an availability zone',
      headers: waitHeader,
      params: schemas.ZonePath,
      querystring: NoQuery,
      response: {
        200: answer('The zone is back; its nodes are on their way.', schemas.AvailabilityZone),
        202: answer('Still ending.', schemas.AvailabilityZone),
        ...problems({ body: false }, ...CODES),
      },
    },
    handler: async (request, reply) => {
      const zone = await endOutage(context, askedBy(request))
      return send(context, request, reply, zone, ({ outage }) => outage === null)
    },
  })
}

const askedBy = (request: FastifyRequest<{ Params: { name: string } }>) => ({
  principal: principalOf(request),
  zone: request.params.name,
})

/** Zones have no other id than their names. */
async function send(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  zone: AvailabilityZone,
  settled: (seen: AvailabilityZone) => boolean,
): Promise<FastifyReply> {
  const identified = (seen: AvailabilityZone) => ({ ...seen, id: seen.name })
  const look = async () => {
    const seen = await findZone(context, zone.name)
    return seen === null ? null : identified(seen)
  }
  const { resource } = await hold(context, request, reply, identified(zone), look, settled)
  if (resource === null) throw zoneNotFound(zone.name)
  return reply.code(settled(resource) ? 200 : 202).send(presentZone(resource))
}
