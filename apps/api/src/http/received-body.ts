import type { IncomingMessage } from 'node:http'
import { ServiceError } from '@cacheplane/domain'

interface Terms {
  /** Whoever sends nothing for so long is gone. */
  stalledMs: number
  /** Throws where it is enough. */
  allow: (bytes: number) => void
  /** Ends it early. */
  signal: AbortSignal
}

/**
 * A body piece by piece, at the pace at which it is taken. Throws where it stalls, becomes too large or breaks off, and leaves
 * the connection open, so that this can be said.
 */
export async function* receivedBody(
  request: IncomingMessage,
  { stalledMs, allow, signal }: Terms,
): AsyncGenerator<Buffer> {
  const pieces: AsyncIterator<Buffer> = request.iterator({ destroyOnReturn: false })
  let bytes = 0
  try {
    for (;;) {
      const next = await soon(pieces.next(), stalledMs, signal)
      if (next.done === true) break
      bytes += next.value.length
      allow(bytes)
      yield next.value
    }
    if (!request.complete) throw brokenOff()
  } finally {
    // It may still wait for a piece that never comes.
    void pieces.return?.()
  }
}

const brokenOff = () => new ServiceError('MalformedRequest', 'The file broke off before its end.')
const stalled = (ms: number) =>
  new ServiceError('RequestTimeout', `Nothing of the file came for ${ms / 1_000} seconds.`)
const closing = () =>
  new ServiceError('ServiceUnavailable', 'The service is being stopped; send the file again.')

async function soon<T>(coming: Promise<T>, ms: number, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(closing())
    const timer = setTimeout(() => reject(stalled(ms)), ms)
    const settle = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    }
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    coming.finally(settle).then(resolve, () => reject(brokenOff()))
  })
}
