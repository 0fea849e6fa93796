import { STATUS_CODES } from 'node:http'
import { type ErrorCode, ServiceError } from '@cacheplane/domain'
import type { FastifyError } from 'fastify'
import type { z } from 'zod'
import type { Problem } from '../schemas/problem.ts'

const RETRY_AFTER_SECONDS = '1'

export type ProblemBody = z.infer<typeof Problem>

/** What may be said about an error. Only our own sentences reach a caller; a foreign message may quote anything. */
export function asServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error
  const refusal = frameworkRefusal(error)
  if (refusal !== null) return refusal
  return new ServiceError(
    'InternalFailure',
    'Something went wrong here. It is logged under the request id.',
    [],
    {
      cause: error,
    },
  )
}

export function problemOf(error: ServiceError, requestId: string): ProblemBody {
  return {
    type: 'about:blank',
    title: STATUS_CODES[error.status] ?? 'Error',
    status: error.status,
    detail: error.message,
    code: error.code,
    requestId,
    ...(error.details.length > 0 && { errors: [...error.details] }),
  }
}

/** Headers that HTTP asks for with a status. */
export function problemHeaders(error: ServiceError): Record<string, string> {
  if (error.code === 'MissingAuthenticationToken') return { 'www-authenticate': 'Bearer realm="cacheplane"' }
  if (error.code === 'InvalidClientTokenId') {
    return { 'www-authenticate': 'Bearer realm="cacheplane", error="invalid_token"' }
  }
  if (error.status === 503 || error.status === 429) return { 'retry-after': RETRY_AFTER_SECONDS }
  return {}
}

/** Fastify's own refusals, in our words. */
function frameworkRefusal(error: unknown): ServiceError | null {
  const { code, statusCode } = error instanceof Error ? (error as Partial<FastifyError>) : {}
  const say = (name: ErrorCode, sentence: string) => new ServiceError(name, sentence, [], { cause: error })
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return say('RequestTooLarge', 'The request body may have at most 256 KiB.')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_TYPE':
      return say(
        'UnsupportedMediaType',
        'The request body must be JSON, with content-type: application/json.',
      )
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return say('MalformedRequest', 'The request body is not as long as its content-length says.')
    case 'FST_ERR_BAD_URL':
      return say('MalformedRequest', 'The path is not a valid URL.')
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return say('MalformedRequest', 'The path is too long.')
    default:
      return statusCode !== undefined && statusCode >= 400 && statusCode < 500
        ? say('MalformedRequest', 'The request cannot be understood.')
        : null
  }
}
