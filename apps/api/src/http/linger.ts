import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

const LINGER_MS = 2_000

/**
 * An answer to a body that is still being sent: a connection that is closed with bytes unread is reset, and takes the answer
 * with it. What comes meanwhile is thrown away.
 */
export function lingering(answer: string, request: IncomingMessage): Readable {
  return Readable.from(answerAndWait(answer, request), { objectMode: false })
}

async function* answerAndWait(answer: string, request: IncomingMessage): AsyncGenerator<Buffer> {
  yield Buffer.from(answer)
  request.resume()
  const gone = once(request, 'close').catch(() => undefined)
  await Promise.race([gone, sleep(LINGER_MS, undefined, { ref: false })])
}
