import type { FastifyReply, FastifyRequest } from 'fastify'
import { watchUntil } from '../operations/settle.ts'
import { waitSeconds } from './prefer.ts'
import type { RouteContext } from './types.ts'

interface Held<Resource> {
  /** As last seen; null when it is gone. */
  resource: Resource | null
  /** Whether the caller asked to wait and was made to. */
  waited: boolean
}

/**
 * Holds the answer as `Prefer: wait` asks, and says so in `Preference-Applied`. Without the preference it answers what it was
 * given. A resource of the same name but another id is another resource: the one we waited for is gone.
 */
export async function hold<Resource extends { id: string }>(
  context: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  first: Resource,
  look: () => Promise<Resource | null>,
  settled: (seen: Resource) => boolean,
): Promise<Held<Resource>> {
  const seconds = waitSeconds(request.headers.prefer)
  const place = seconds === null ? null : context.waiters.begin(reply)
  if (seconds === null || place === null) return { resource: first, waited: false }
  void reply.header('preference-applied', `wait=${seconds}`)
  const same = (seen: Resource | null) => (seen?.id === first.id ? seen : null)
  try {
    const resource = await watchUntil(
      async () => same(await look()),
      (seen) => seen === null || settled(seen),
      {
        ms: seconds * 1_000,
        signal: place.signal,
        subscribe: (onHint) => context.catalogue.onSettled((id) => id === first.id && onHint()),
      },
    )
    return { resource, waited: true }
  } finally {
    place.end()
  }
}
