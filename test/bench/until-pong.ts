import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const RETRY_MS = 5
const PATIENCE_MS = 60_000
const ANSWER_MS = 1_000

/** PINGs over a plain socket, again every 5 ms, until the cache answers PONG. */
export async function untilPong(port: number, host = '127.0.0.1'): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!(await answersPong(host, port))) {
    if (performance.now() > deadline) throw new Error(`port ${port} has not answered PONG within a minute`)
    await sleep(RETRY_MS)
  }
}

/** A docker-proxy accepts before its container listens, and then hangs up: that is no answer. */
function answersPong(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true }, () => socket.write('PING\r\n'))
    const finish = (answer: boolean): void => {
      resolve(answer)
      socket.destroy()
    }
    socket.setTimeout(ANSWER_MS, () => finish(false))
    socket.once('data', (chunk: Buffer) => finish(chunk.toString('latin1').startsWith('+PONG')))
    socket.once('error', () => finish(false))
    socket.once('close', () => finish(false))
  })
}
