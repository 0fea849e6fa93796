import { Deadlines, type Waiting } from './deadlines.ts'

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
  readonly #deadlines: Deadlines
  #failures = 0
  #pausedUntil = 0

  constructor(private readonly options: GuardOptions) {
    this.#deadlines = new Deadlines(options.timeoutMs)
  }

  /** @param isUrgent whether it is tried even while the cache is left alone: for what keeps later reads right */
  ask<T>(key: string, question: () => Promise<T>, isUrgent = false): Promise<T | Down> {
    return new Promise((resolve) => this.tell(key, question, resolve, isUrgent))
  }

  /** `ask` without a promise of its own, for the path that most reads take. `told` must not throw. */
  tell<T>(key: string, question: () => Promise<T>, told: (answer: T | Down) => void, isUrgent = false): void {
    if (this.#pausedUntil > 0 && !isUrgent && this.options.now() < this.#pausedUntil) return told(DOWN)
    const asked = new Asked(this, key, told)
    this.#deadlines.add(asked)
    const answered = (answer: T): void => {
      // Also late, this says that the cache is back.
      this.#failures = 0
      this.#pausedUntil = 0
      if (this.#deadlines.remove(asked)) told(answer)
    }
    const failed = (error: unknown): void => {
      if (this.#deadlines.remove(asked)) told(this.failed({ kind: 'error', key, error }))
    }
    try {
      question().then(answered, failed)
    } catch (error) {
      failed(error)
    }
  }

  /** Counts the failure, tells of it, and returns what is then said of the cache. */
  failed(problem: CacheProblem): Down {
    this.#failures += 1
    if (this.#failures >= this.options.failuresInRow)
      this.#pausedUntil = this.options.now() + this.options.pauseMs
    this.options.onProblem(problem)
    return DOWN
  }
}

/** A question that is under way. */
class Asked implements Waiting {
  before: Waiting | null = null
  after: Waiting | null = null
  until = 0

  constructor(
    private readonly guard: Guard,
    private readonly key: string,
    private readonly told: (answer: Down) => void,
  ) {}

  expire(): void {
    this.told(this.guard.failed({ kind: 'timeout', key: this.key }))
  }
}
