import { setTimeout as sleep } from 'node:timers/promises'
import type { ContainerEvent } from '../core/docker-engine.ts'
import { LineSplitter } from './line-splitter.ts'
import { parseContainerEvent } from './parse-container-event.ts'

export interface EventSource {
  /** Opens the stream of container events since a time in epoch seconds; null: from now on. */
  open(sinceSeconds: number | null, signal: AbortSignal): Promise<NodeJS.ReadableStream>
  /** Told once when the stream cannot be opened, and again only after it has been open in between. */
  onLost(because: string): void
}

const RECONNECT_MS = 500
/** Events of the same second may come in any order; hearing one twice does no harm. */
const OVERLAP_SECONDS = 5

/**
 * Follows an engine's events until `signal` aborts. Docker ends a stream without `end` when its daemon dies, so any
 * close or error means: connect again, from a little before the last event.
 */
export async function followEvents(
  source: EventSource,
  onEvent: (event: ContainerEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  let since: number | null = null
  let isLost = false
  while (!signal.aborted) {
    try {
      const stream = await source.open(since, signal)
      isLost = false
      await drain(stream, signal, (line) => {
        const parsed = parseContainerEvent(line)
        if (parsed === null) return
        since = parsed.atSeconds - OVERLAP_SECONDS
        onEvent(parsed.event)
      })
    } catch (error) {
      // The stream is only a hint: whoever relies on the state polls. Connecting again is all there is to do.
      if (!isLost && !signal.aborted)
        source.onLost(error instanceof Error ? error.message : 'no reason given')
      isLost = true
    }
    await sleep(RECONNECT_MS, undefined, { signal }).catch(() => undefined)
  }
}

function drain(
  stream: NodeJS.ReadableStream,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<void> {
  const splitter = new LineSplitter()
  return new Promise((resolve) => {
    const finish = () => resolve()
    stream.on('data', (chunk: Buffer) => splitter.push(chunk).forEach(onLine))
    for (const ending of ['end', 'close', 'aborted', 'error']) stream.on(ending, finish)
    signal.addEventListener('abort', finish, { once: true })
  })
}
