import { Bug, type ErrorDetail, ServiceError } from '@cacheplane/domain'
import { z } from 'zod'

type Issue = z.core.$ZodIssue

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a whole number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}

/**
 * Fastify's validator over zod. Types and member names are judged here, values by the domain, and both speak the same
 * language: InvalidParameterValue with the members at fault. Headers are only described by their schemas.
 */
export function validatorCompiler({ schema, httpPart }: { schema: unknown; httpPart?: string }) {
  if (!(schema instanceof z.ZodType)) throw new Bug('a route has a schema that is not zod')
  if (httpPart === 'headers') return (data: unknown) => ({ value: data })
  return (data: unknown): { value: unknown } | { error: Error } => {
    const parsed = schema.safeParse(data, { reportInput: true })
    return parsed.success ? { value: parsed.data } : { error: refusal(parsed.error.issues, httpPart) }
  }
}

function refusal(issues: readonly Issue[], httpPart: string | undefined): ServiceError {
  const details = issues.flatMap((issue) => detailsOf(issue, httpPart === 'querystring'))
  return new ServiceError('InvalidParameterValue', details.map((detail) => detail.message).join(' '), details)
}

function detailsOf(issue: Issue, isQuery: boolean): ErrorDetail[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = spell([...issue.path, key])
      // As ElastiCache's own API spells them.
      const hint = /^[A-Z]/.test(key) ? '; names begin with a small letter' : ''
      return { path, message: `There is no parameter ${path} here${hint}.` }
    })
  }
  const path = spell(issue.path)
  const subject = path === '' ? 'The request body' : `The parameter ${path}`
  return [{ path, message: `${subject} ${predicate(issue, isQuery)}.` }]
}

/** Never quotes what was sent: it may be a token, or anything else. */
function predicate(issue: Issue, isQuery: boolean): string {
  switch (issue.code) {
    case 'invalid_type':
      if (isQuery && Array.isArray(issue.input)) return 'must be given once'
      if (issue.input === undefined && issue.path.length > 0) return 'must be provided and must not be null'
      return `must be ${TYPE_NAMES[issue.expected] ?? 'of another type'}`
    case 'invalid_value':
      return `must be ${issue.values.map(String).join(' or ')}`
    case 'too_big':
      return `must be at most ${issue.maximum}${issue.origin === 'string' ? ' characters long' : ''}`
    case 'too_small':
      return `must be at least ${issue.minimum}${issue.origin === 'string' ? ' characters long' : ''}`
    case 'custom':
      // Our own sentence, from the schema.
      return issue.message
    default:
      return 'is not of the right form'
  }
}

/** `tags[0].key`; a caller's own key is shown only when it is harmless. */
function spell(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    const name = /^[\w-]{1,64}$/.test(String(part)) ? String(part) : '?'
    return text === '' ? name : `${text}.${name}`
  }, '')
}
