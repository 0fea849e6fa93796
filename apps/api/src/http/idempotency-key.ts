import { ServiceError } from '@cacheplane/domain'
import type { FastifyRequest } from 'fastify'

const PRINTABLE = /^[\x20-\x7e]{1,255}$/

/** The `Idempotency-Key` of a POST, null without one. */
export function idempotencyKeyOf(request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key']
  if (key === undefined) return null
  if (typeof key === 'string' && PRINTABLE.test(key)) return key
  const message = 'Idempotency-Key must be 1 to 255 printable ASCII characters, given once.'
  throw new ServiceError('InvalidParameterValue', message, [{ path: 'Idempotency-Key', message }])
}
