import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { describeError, VaultDamage } from '@cacheplane/domain'
import type { Container } from 'dockerode'
import { ok, unknown, type Call } from '../core/call.ts'

/** Docker closes a connection of which it has passed everything on. */
const PASSED_ON_WITHIN_MS = 5_000

/**
 * Sends content to a container's standard input, at the container's pace. `ok` says that it was sent, and nothing of what
 * became of it: who reads it may have stopped in the middle.
 */
export async function feedInput(
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
  let isOpen = true
  void closed.then(() => (isOpen = false))
  try {
    for await (const piece of content) {
      if (!isOpen) return ok(undefined)
      if (!input.write(piece)) await Promise.race([drained(input, stalledMs), closed])
    }
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

async function drained(input: Duplex, stalledMs: number): Promise<void> {
  const stop = new AbortController()
  const late = sleep(stalledMs, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`nothing was taken for ${stalledMs} ms`)
  })
  try {
    await Promise.race([once(input, 'drain', { signal: stop.signal }), late])
  } finally {
    late.catch(() => undefined)
    stop.abort()
  }
}

/** A container's standard input. Its types do not say so, but what Docker hands over is a whole connection. */
export function attachInput(container: Container, abortSignal: AbortSignal): Promise<Duplex> {
  return container.attach({ stream: true, stdin: true, hijack: true, abortSignal }) as Promise<Duplex>
}
