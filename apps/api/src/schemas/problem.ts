import { ERROR_STATUS, type ErrorCode } from '@cacheplane/domain'
import { z } from 'zod'

export const PROBLEM_TYPE = 'application/problem+json'

export const Problem = z
  .object({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What was wrong, and what is allowed.' }),
    code: z.enum(Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]]),
    requestId: z.string(),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'One for each member of the request that was refused.' }),
  })
  .meta({
    id: 'Problem',
    examples: [
      {
        type: 'about:blank',
        title: 'Bad Request',
        status: 400,
        detail: 'The parameter cacheNodeType must be provided and must not be null.',
        code: 'InvalidParameterValue',
        requestId: 'req-abcdefghijkmnpqr',
        errors: [
          {
            path: 'cacheNodeType',
            message: 'The parameter cacheNodeType must be provided and must not be null.',
          },
        ],
      },
    ],
  })

/** Any request may meet these. */
const EVERYWHERE: readonly ErrorCode[] = [
  'MissingAuthenticationToken',
  'InvalidClientTokenId',
  'InvalidParameterValue',
  'MalformedRequest',
  'RequestTimeout',
  'InternalFailure',
  'ServiceUnavailable',
]
const WITH_BODY: readonly ErrorCode[] = ['RequestTooLarge', 'UnsupportedMediaType', 'IdempotencyKeyReuse']

/** Response schemas for the errors of a route: those of every request, and its own. */
export function problems(options: { body: boolean }, ...codes: readonly ErrorCode[]) {
  const all = [...EVERYWHERE, ...(options.body ? WITH_BODY : []), ...codes]
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of all)
    byStatus.set(ERROR_STATUS[code], [...(byStatus.get(ERROR_STATUS[code]) ?? []), code])
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      { description: group.join(', '), content: { [PROBLEM_TYPE]: { schema: Problem } } },
    ]),
  )
}
