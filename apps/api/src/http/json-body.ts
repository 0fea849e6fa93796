import { ServiceError } from '@cacheplane/domain'
import type { App } from './types.ts'

const MAX_DEPTH = 16
const POISON = new Set(['__proto__', 'constructor', 'prototype'])

/** JSON and nothing else; no key that could reach a prototype, no nesting that our requests never have. */
export function acceptJsonBodies(app: App): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseBody(body))
    } catch (error) {
      done(error instanceof Error ? error : new Error('the body parser failed'), undefined)
    }
  })
}

/** An empty body is none: clients send the header with every request, a DELETE among them. */
function parseBody(body: string | Buffer): unknown {
  if (body.length === 0) return undefined
  const value = parseJson(typeof body === 'string' ? body : decode(body))
  refusePoison(value)
  return value
}

function decode(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch (error) {
    throw new ServiceError('MalformedRequest', 'The request body is not UTF-8.', [], { cause: error })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's message quotes the body, which may hold a token.
    throw new ServiceError('MalformedRequest', 'The request body is not valid JSON.')
  }
}

/** Level by level instead of by recursion, so that depth cannot exhaust the stack. */
function refusePoison(root: unknown): void {
  let level = [root]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH)
      throw new ServiceError(
        'MalformedRequest',
        `The request body is nested deeper than ${MAX_DEPTH} levels.`,
      )
    const next: unknown[] = []
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue
      for (const [key, member] of Object.entries(value)) {
        if (POISON.has(key))
          throw new ServiceError('MalformedRequest', 'The request body has a member that is not allowed.')
        if (typeof member === 'object' && member !== null) next.push(member)
      }
    }
    level = next
  }
}
