import type { Secret } from '@cacheplane/domain'
import type { Answer } from '../core/node-control.ts'
import type { Route } from './connect.ts'
import { exchange } from './exchange.ts'
import { RespError, RespParser, type Reply } from './resp-parser.ts'

export interface Login {
  user: string
  password: Secret
}

/**
 * Logs in and runs the commands, all in one write. `answered` holds one reply for each command and no error among
 * them; a refused login is a stranger, an engine that loads or is stuck in a script is busy.
 */
export async function respSession(
  route: Route,
  { user, password }: Login,
  commands: readonly (readonly string[])[],
): Promise<Answer<Reply[]>> {
  const parser = new RespParser()
  const replies: Reply[] = []
  const request = [['AUTH', user, password.reveal()], ...commands].map(encode).join('')
  const answer = await exchange(route, request, (chunk) => {
    replies.push(...parser.push(chunk))
    const failed = replies.some((reply) => reply instanceof RespError)
    return failed || replies.length > commands.length ? replies : null
  })
  if (answer.kind !== 'answered') return answer
  const failure = answer.value.find((reply) => reply instanceof RespError)
  if (failure !== undefined) return meaningOf(failure.message)
  return { kind: 'answered', value: answer.value.slice(1) }
}

export function encode(command: readonly string[]): string {
  const parts = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`)
  return `*${command.length}\r\n${parts.join('')}`
}

export function meaningOf(error: string): Exclude<Answer<never>, { kind: 'answered' }> {
  const [code = ''] = error.split(' ')
  switch (code) {
    case 'WRONGPASS':
    case 'NOAUTH':
    case 'NOPERM':
      return { kind: 'stranger', because: `it refused our login (${code})` }
    case 'LOADING':
    case 'BUSY':
    case 'MASTERDOWN':
      return { kind: 'busy', because: error }
    default:
      return { kind: 'silent', because: `it answered ${error}` }
  }
}
