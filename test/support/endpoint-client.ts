import { connect } from 'node:net'
import type { EndpointClient } from '@cacheplane/fleet/contract'

const PATIENCE_MS = 2_000

/** A client without a password that asks who serves it; it fails when it is neither answered nor hung up on. */
export async function connectEndpoint(
  port: number,
  host = '127.0.0.1',
): Promise<EndpointClient & { end(): void }> {
  const socket = connect({ host, port, noDelay: true })
  let text = ''
  let isClosed = false
  let wake = () => undefined as void
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8')
    wake()
  })
  socket.on('error', () => undefined)
  socket.on('end', () => socket.destroy())
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      isClosed = true
      resolve()
      wake()
    })
  })
  await Promise.race([closed, new Promise((resolve) => socket.once('connect', resolve))])

  const runId = async (): Promise<string | null> => {
    text = ''
    const answered = new Promise<string | null>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the client at ${port} hangs`)), PATIENCE_MS)
      wake = () => {
        const found = /run_id:(\w+)/.exec(text)?.[1]
        if (found === undefined && !isClosed) return
        clearTimeout(timer)
        resolve(found ?? null)
      }
      wake()
    })
    if (!isClosed) socket.write('INFO server\r\n')
    return answered
  }
  return { runId, end: () => socket.destroy() }
}
