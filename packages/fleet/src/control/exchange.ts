import { COMMAND_MS } from '../core/deadlines.ts'
import type { Answer } from '../core/node-control.ts'
import { connect, type Route } from './connect.ts'

/**
 * Connects, sends one request, collects what comes until `collect` has its result, and hangs up. No retry and no
 * queue: a control command whose answer is lost must not be sent a second time unseen.
 *
 * @param collect gets every chunk; returns null while the answer is incomplete, throws when it makes no sense
 */
export async function exchange<T>(
  route: Route,
  request: string,
  collect: (chunk: Buffer) => T | null,
): Promise<Answer<T>> {
  const connected = await connect(route)
  if (connected.kind !== 'connected') return connected
  const { socket } = connected
  try {
    return await new Promise<Answer<T>>((resolve) => {
      const timer = setTimeout(
        () => resolve({ kind: 'silent', because: `no answer within ${COMMAND_MS} ms` }),
        COMMAND_MS,
      )
      const finish = (answer: Answer<T>) => {
        clearTimeout(timer)
        resolve(answer)
      }
      // A docker-proxy accepts before its node listens, and then hangs up.
      socket.on('close', () => finish({ kind: 'absent', because: 'it closed the connection' }))
      socket.on('error', (error) => finish({ kind: 'absent', because: error.message }))
      socket.on('data', (chunk: Buffer) => {
        const answer = tryCollect(collect, chunk)
        if (answer !== null) finish(answer)
      })
      socket.write(request)
    })
  } finally {
    socket.destroy()
  }
}

function tryCollect<T>(collect: (chunk: Buffer) => T | null, chunk: Buffer): Answer<T> | null {
  try {
    const value = collect(chunk)
    return value === null ? null : { kind: 'answered', value }
  } catch (error) {
    return { kind: 'stranger', because: error instanceof Error ? error.message : 'its answer makes no sense' }
  }
}
