import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { describeError, type ErrorCode, ServiceError, stackFrames } from '@cacheplane/domain'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { PROBLEM_TYPE } from '../schemas/problem.ts'
import { AWS_ERROR_TYPE, awsErrorOf, isSignedForAws } from './aws-error.ts'
import { asServiceError, problemHeaders, problemOf } from './problem.ts'
import type { App } from './types.ts'

/** The one place where an error becomes an answer. */
export function answerErrors(app: App): void {
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply))
}

export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = asServiceError(error)
  if (refusal.code === 'InternalFailure') {
    const culprit = refusal.cause ?? refusal
    request.log.error({ error: describeError(culprit), at: stackFrames(culprit) }, 'a request failed')
  }
  void reply.code(refusal.status).headers(problemHeaders(refusal))
  if (isSignedForAws(request.headers))
    // Serialized already: what is no string becomes JSON.
    void reply.type(AWS_ERROR_TYPE).serializer(String).send(awsErrorOf(refusal, request.id))
  else void reply.type(PROBLEM_TYPE).send(problemOf(refusal, request.id))
}

const CLIENT_ERRORS: Readonly<Record<string, { status: number; code: ErrorCode; sentence: string }>> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: 'RequestTimeout',
    sentence: 'The request took too long to arrive.',
  },
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'RequestTooLarge',
    sentence: 'The request headers are too large.',
  },
}
const MALFORMED = { status: 400, code: 'MalformedRequest' as const, sentence: 'This is not HTTP.' }

/** For what never becomes a request: too slow, too large or not HTTP at all. */
export function answerClientError(error: Error & { code?: string }, socket: Socket, requestId: string): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const { status, code, sentence } = CLIENT_ERRORS[error.code ?? ''] ?? MALFORMED
  const body = JSON.stringify({
    ...problemOf(new ServiceError(code, sentence), requestId),
    status,
    title: STATUS_CODES[status],
  })
  if (socket.writable) {
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: ${PROBLEM_TYPE}\r\n` +
        `x-request-id: ${requestId}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    )
  }
  socket.destroySoon()
}
