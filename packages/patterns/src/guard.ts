/** Said of a cache that failed, did not answer in time, or is being left alone. */
export const DOWN = Symbol('the cache is down')
export type Down = typeof DOWN

export interface GuardOptions {
  /** How long an answer of the cache is waited for. */
  timeoutMs: number
  /** So many failures in a row leave the cache alone for `pauseMs`, so that not every read waits. */
  failuresInRow: number
  pauseMs: number
  now: () => number
  onProblem: (problem: CacheProblem) => void
}

export interface CacheProblem {
  /** `timeout`: no answer in time. `error`: the cache or its client said so. `unreadable`: a value that is not ours. */
  kind: 'timeout' | 'error' | 'unreadable' | 'unrepaired'
  key: string
  error?: unknown
}

/** Stands between the patterns and a cache: whatever befalls the cache becomes `DOWN`, in bounded time. */
export class Guard {
  #failures = 0
  #pausedUntil = 0

  constructor(private readonly options: GuardOptions) {}

  /** @param isUrgent whether it is tried even while the cache is left alone: for what keeps later reads right */
  ask<T>(key: string, question: () => Promise<T>, isUrgent = false): Promise<T | Down> {
    if (this.#pausedUntil > 0 && !isUrgent && this.options.now() < this.#pausedUntil)
      return Promise.resolve(DOWN)
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        resolve(this.#failed({ kind: 'timeout', key }))
      }, this.options.timeoutMs)
      const failed = (error: unknown): void => {
        clearTimeout(timer)
        resolve(this.#failed({ kind: 'error', key, error }))
      }
      const answered = (answer: T): void => {
        clearTimeout(timer)
        this.#failures = 0
        this.#pausedUntil = 0
        resolve(answer)
      }
      try {
        question().then(answered, failed)
      } catch (error) {
        failed(error)
      }
    })
  }

  #failed(problem: CacheProblem): Down {
    this.#failures += 1
    if (this.#failures >= this.options.failuresInRow)
      this.#pausedUntil = this.options.now() + this.options.pauseMs
    this.options.onProblem(problem)
    return DOWN
  }
}
