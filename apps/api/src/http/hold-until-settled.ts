import { ServiceError } from '@cacheplane/domain'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { hold } from './hold.ts'
import type { RouteContext } from './types.ts'

/** What there is to know of a resource that somebody may wait for. */
export interface Settling<Resource> {
  look: () => Promise<Resource | null>
  settled: (seen: Resource) => boolean
  /** Null unless it could not be made: then the beginning of a sentence that says so. */
  failed: (seen: Resource) => string | null
  notFound: () => ServiceError
}

export interface Settled<Resource> {
  resource: Resource
  /** Whether the caller asked to wait and was made to. */
  waited: boolean
  hasSettled: boolean
}

/**
 * Holds the answer until the resource has settled, if the caller asked to wait. Who waited is told about a failure as an
 * error; who did not sees it in the resource.
 */
export async function holdUntilSettled<Resource extends { id: string; workflow: { failure: string | null } }>(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  first: Resource,
  { look, settled, failed, notFound }: Settling<Resource>,
): Promise<Settled<Resource>> {
  const { resource, waited } = await hold(context, request, reply, first, look, settled)
  if (resource === null) throw notFound()
  const failure = waited ? failed(resource) : null
  if (failure !== null) {
    const because = resource.workflow.failure ?? 'no reason is known'
    throw new ServiceError('ProvisioningFailed', `${failure}: ${because}`)
  }
  return { resource, waited, hasSettled: waited && settled(resource) }
}
