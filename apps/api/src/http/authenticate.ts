import { invariant, type Principal, Secret, ServiceError } from '@cacheplane/domain'
import type { FastifyRequest } from 'fastify'
import { isSignedForAws } from './aws-error.ts'
import type { Principals } from './principals.ts'
import type { App } from './types.ts'

const PUBLIC_ROUTES = new Set(['/healthz', '/readyz', '/openapi.json', '/docs'])
const PUBLIC_PREFIX = '/docs/'
const NO_AWS =
  'The AWS Query protocol and its signatures are not available here: send JSON as /docs describes, with Authorization: Bearer <key>.'
const BEARER = /^Bearer +([\x21-\x7e]{1,512})$/i

/**
 * Who is calling, before anything of the body is read. Every route needs a key unless it is named here, also those that do
 * not exist: /metrics tells too much about an installation to be open.
 */
export function authenticate(app: App, principals: Principals): void {
  app.decorateRequest('principal', null)
  app.addHook('onRequest', async (request, reply) => {
    if (isPublic(request.routeOptions.url)) return
    try {
      if (isSignedForAws(request.headers)) throw new ServiceError('InvalidClientTokenId', NO_AWS)
      request.principal = await principalFrom(principals, request.headers.authorization)
    } catch (error) {
      // Whatever body is still on its way is not worth reading.
      if (
        request.headers['content-length'] !== undefined ||
        request.headers['transfer-encoding'] !== undefined
      ) {
        void reply.header('connection', 'close')
      }
      throw error
    }
  })
}

export function isPublic(routeUrl: string | undefined): boolean {
  return routeUrl !== undefined && (PUBLIC_ROUTES.has(routeUrl) || routeUrl.startsWith(PUBLIC_PREFIX))
}

export function principalOf(request: FastifyRequest): Principal {
  invariant(request.principal !== null, 'a route without a principal asked for one')
  return request.principal
}

async function principalFrom(principals: Principals, header: string | undefined): Promise<Principal> {
  if (header === undefined) {
    throw new ServiceError('MissingAuthenticationToken', 'Send the key as Authorization: Bearer <key>.')
  }
  const token = BEARER.exec(header)?.[1]
  const principal = token === undefined ? null : await principals.find(new Secret(token))
  if (principal === null) throw new ServiceError('InvalidClientTokenId', 'The key is not valid.')
  return principal
}
