import type { Socket } from 'node:net'
import type { Answer } from '../core/node-control.ts'
import { connect, type Route } from './connect.ts'
import { RespError, RespParser, type Reply } from './resp-parser.ts'
import { encode, meaningOf, type Login } from './resp-session.ts'

/** One reply for each command and no error among them, or what came instead. Never called while it is still waiting. */
export type AskOn = (commands: readonly (readonly string[])[], withinMs: number) => Promise<Answer<Reply[]>>

/**
 * Logs in, and asks as often as `talk` does over one connection, because the next question depends on the answer. Texts are
 * bytes, one to each character: keys may be anything.
 */
export async function respConversation<T>(
  route: Route,
  { user, password }: Login,
  loginMs: number,
  talk: (ask: AskOn) => Promise<Answer<T>>,
): Promise<Answer<T>> {
  const connected = await connect(route)
  if (connected.kind !== 'connected') return connected
  const { socket } = connected
  try {
    const ask = askOn(socket)
    const known = await ask([['AUTH', user, password.reveal()]], loginMs)
    return known.kind === 'answered' ? await talk(ask) : known
  } finally {
    socket.destroy()
  }
}

function askOn(socket: Socket): AskOn {
  const parser = new RespParser('latin1')
  let replies: Reply[] = []
  let ended: Answer<never> | null = null
  let onNews: () => void = () => undefined
  const end = (answer: Answer<never>) => {
    ended ??= answer
    onNews()
  }
  socket.on('close', () => end({ kind: 'absent', because: 'it closed the connection' }))
  socket.on('error', (error) => end({ kind: 'absent', because: error.message }))
  socket.on('data', (chunk: Buffer) => {
    try {
      replies.push(...parser.push(chunk))
    } catch {
      end({ kind: 'stranger', because: 'its answer makes no sense' })
    }
    onNews()
  })
  return (commands, withinMs) =>
    new Promise((resolve) => {
      const timer = setTimeout(
        () => end({ kind: 'silent', because: `no answer within ${withinMs} ms` }),
        withinMs,
      )
      onNews = () => {
        const failure = replies.find((reply) => reply instanceof RespError)
        const isComplete = replies.length >= commands.length
        if (ended === null && failure === undefined && !isComplete) return
        clearTimeout(timer)
        onNews = () => undefined
        const answered: Answer<Reply[]> = { kind: 'answered', value: replies }
        replies = []
        // What else is on its way would be taken for the answer to the next question.
        if (failure !== undefined) ended ??= meaningOf(failure.message)
        resolve(
          failure !== undefined ? meaningOf(failure.message) : isComplete ? answered : (ended ?? answered),
        )
      }
      if (ended !== null) return onNews()
      socket.write(commands.map((command) => encode(command, 'latin1')).join(''), 'latin1')
    })
}
