import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { describeError, VaultDamage } from '@cacheplane/domain'
import type { Container } from 'dockerode'
import { ok, unknown, type Call } from '../core/call.ts'

/** Docker closes a connection of which it has passed everything on. */
const PASSED_ON_WITHIN_MS = 5_000

/** Sent at a time: every handing over, to Docker and on from there, has a price of its own. */
const BATCH_BYTES = 1024 ** 2

/**
 * Sends content to a container's standard input, at the container's pace. `ok` says that it was sent, and nothing of what
 * became of it: who reads it may have stopped in the middle.
 */
async function feedInput(
  input: Duplex,
  content: AsyncIterable<Uint8Array>,
  stalledMs: number,
): Promise<Call<void>> {
  const closed = new Promise<void>((resolve) => {
    input.once('close', resolve)
    // Of a container that has gone: it is looked at anyway.
    input.on('error', () => resolve())
  })
  input.resume()
  // The next batch is read while one is on its way.
  let sending = Promise.resolve(true)
  try {
    for await (const batch of batchesOf(content)) {
      if (!(await sending)) return ok(undefined)
      sending = sent(input, batch, stalledMs)
      // Whether it fails is seen when it is waited for.
      sending.catch(() => undefined)
    }
    if (!(await sending)) return ok(undefined)
    input.end()
    await Promise.race([closed, sleep(PASSED_ON_WITHIN_MS, undefined, { ref: false })])
    return ok(undefined)
  } catch (error) {
    if (error instanceof VaultDamage) return { kind: 'refused', because: `seed damaged: ${error.message}` }
    return unknown(`feed container: ${describeError(error)}`)
  } finally {
    input.destroy()
  }
}

/** False when nobody takes it any more. Throws when nothing is taken for too long. */
function sent(input: Duplex, batch: readonly Uint8Array[], stalledMs: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    if (input.destroyed) return resolve(false)
    const late = () => reject(new Error(`nothing was taken for ${stalledMs} ms`))
    const timer = setTimeout(late, stalledMs)
    const settle = (isOpen: boolean) => {
      clearTimeout(timer)
      input.removeListener('close', gone)
      resolve(isOpen)
    }
    const gone = () => settle(false)
    input.once('close', gone)
    input.cork()
    for (const [i, piece] of batch.entries())
      input.write(piece, i === batch.length - 1 ? (error) => settle(!error) : undefined)
    input.uncork()
  })
}

async function* batchesOf(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array[]> {
  let batch: Uint8Array[] = []
  let bytes = 0
  for await (const piece of content) {
    if (piece.length === 0) continue
    batch.push(piece)
    bytes += piece.length
    if (bytes < BATCH_BYTES) continue
    yield batch
    batch = []
    bytes = 0
  }
  if (batch.length > 0) yield batch
}

/** The same of one that may exit meanwhile: of what it has not taken Docker waits to pass on the rest, with the connection open. */
export async function feedContainer(
  container: Container,
  input: Duplex,
  content: AsyncIterable<Uint8Array>,
  stalledMs: number,
): Promise<Call<void>> {
  const stop = new AbortController()
  container.wait({ abortSignal: stop.signal }).then(
    () => input.destroy(),
    () => undefined,
  )
  try {
    return await feedInput(input, content, stalledMs)
  } finally {
    stop.abort()
  }
}

/** A container's standard input. Its types do not say so, but what Docker hands over is a whole connection. */
export function attachInput(container: Container, abortSignal: AbortSignal): Promise<Duplex> {
  return container.attach({ stream: true, stdin: true, hijack: true, abortSignal }) as Promise<Duplex>
}
