import { ServiceError } from '@cacheplane/domain'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { principalOf } from './authenticate.ts'
import { hold } from './hold.ts'
import type { RouteContext } from './types.ts'

/** What goes, and on which condition. */
interface Going<Resource> {
  look: () => Promise<Resource | null>
  isDeleting: (seen: Resource) => boolean
  /** As in `Replication group orders`. */
  named: string
  finalSnapshotIdentifier: string | undefined
}

/**
 * Holds the answer until the resource is gone, if the caller asked to wait; null when it is. One that stays, because its final
 * snapshot could not be taken, is an error to who waited.
 */
export async function holdUntilGone<Resource extends { id: string }>(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  first: Resource,
  { look, isDeleting, named, finalSnapshotIdentifier }: Going<Resource>,
): Promise<Resource | null> {
  const isKept = (seen: Resource): boolean => !isDeleting(seen)
  const { resource, waited } = await hold(context, request, reply, first, look, isKept)
  if (resource === null || !waited || isDeleting(resource)) return resource
  const { accountId } = principalOf(request)
  const name = finalSnapshotIdentifier?.toLowerCase() ?? ''
  const because = (await context.catalogue.findSnapshot(accountId, name))?.workflow.failure
  throw new ServiceError(
    'ProvisioningFailed',
    `${named} was not deleted: its final snapshot could not be taken: ${because ?? 'no reason is known'}`,
  )
}
