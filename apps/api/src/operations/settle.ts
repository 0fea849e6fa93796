import { ServiceError } from '@cacheplane/domain'

const POLL_MS = 1_000

export interface Watch {
  /** Calls back when something may have changed; returns how to stop it. A lost call costs a poll interval. */
  subscribe: (onHint: () => void) => () => void
  ms: number
  /** Ends the wait early, with what was seen last. */
  signal: AbortSignal
}

/**
 * Looks until `settled` or until the time is up, and returns the last thing seen. Subscribes before the first look, so
 * that nothing can happen in between unnoticed. A database that is away for a moment does not end the wait.
 */
export async function watchUntil<Seen>(
  look: () => Promise<Seen>,
  settled: (seen: Seen) => boolean,
  { subscribe, ms, signal }: Watch,
): Promise<Seen> {
  const bell = new Bell()
  const unsubscribe = subscribe(() => bell.ring())
  const onAbort = () => bell.ring()
  signal.addEventListener('abort', onAbort)
  const deadline = performance.now() + ms
  try {
    for (;;) {
      bell.reset()
      const isLast = signal.aborted || performance.now() >= deadline
      const seen = await attempt(look, isLast)
      if (seen !== null && (isLast || settled(seen.value))) return seen.value
      await bell.heard(Math.max(0, Math.min(POLL_MS, deadline - performance.now())))
    }
  } finally {
    unsubscribe()
    signal.removeEventListener('abort', onAbort)
  }
}

async function attempt<Seen>(look: () => Promise<Seen>, isLast: boolean): Promise<{ value: Seen } | null> {
  try {
    return { value: await look() }
  } catch (error) {
    if (isLast || !(error instanceof ServiceError) || error.code !== 'ServiceUnavailable') throw error
    return null
  }
}

/** Remembers a ring that came while nobody listened. */
class Bell {
  #rung = false
  #wake: (() => void) | null = null

  reset(): void {
    this.#rung = false
  }

  ring(): void {
    this.#rung = true
    this.#wake?.()
  }

  heard(withinMs: number): Promise<void> {
    if (this.#rung) return Promise.resolve()
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer)
        this.#wake = null
        resolve()
      }
      const timer = setTimeout(finish, withinMs)
      this.#wake = finish
    })
  }
}
