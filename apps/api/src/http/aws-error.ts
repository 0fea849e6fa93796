import type { ServiceError } from '@cacheplane/domain'
import type { FastifyRequest } from 'fastify'

export const AWS_ERROR_TYPE = 'text/xml; charset=utf-8'
const SIGNATURE = /^AWS4-HMAC-SHA256\b/
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** Whether the AWS CLI or an SDK asks, which sign what they send. */
export function isSignedForAws({ authorization }: FastifyRequest['headers']): boolean {
  return authorization !== undefined && SIGNATURE.test(authorization)
}

/** The error as ElastiCache's own API spells it (elasticache-reference, 3.5): the only form that those programs can show. */
export function awsErrorOf({ status, code, message }: ServiceError, requestId: string): string {
  const type = status < 500 ? 'Sender' : 'Receiver'
  const text = message.replace(/[&<>]/g, (sign) => ESCAPES[sign] ?? sign)
  return (
    '<ErrorResponse xmlns="http://elasticache.amazonaws.com/doc/2015-02-02/">' +
    `<Error><Type>${type}</Type><Code>${code}</Code><Message>${text}</Message></Error>` +
    `<RequestId>${requestId}</RequestId></ErrorResponse>`
  )
}
