const STEPS = 8
const LONGEST_STEP_MS = 25

/** Somebody who waits, between those who began before and after. */
export interface Waiting {
  before: Waiting | null
  after: Waiting | null
  /** The step at whose end it is told; 0 when it does not wait, or no longer. */
  until: number
  expire(): void
}

/**
 * One timer for all who wait equally long, instead of one for each: whoever is added is told after `timeoutMs` and at
 * most an eighth more, unless removed before. The timer runs, and keeps the process alive, only while somebody waits,
 * or for one step longer.
 */
export class Deadlines {
  readonly #stepMs: number
  readonly #steps: number
  #step = 0
  #first: Waiting | null = null
  #last: Waiting | null = null
  #timer: ReturnType<typeof setInterval> | null = null

  constructor(timeoutMs: number) {
    this.#stepMs = Math.min(Math.max(timeoutMs / STEPS, 1), LONGEST_STEP_MS)
    // The step that is under way is not counted: it may be all but over.
    this.#steps = Math.ceil(timeoutMs / this.#stepMs) + 1
  }

  add(one: Waiting): void {
    one.until = this.#step + this.#steps
    one.before = this.#last
    if (this.#last === null) this.#first = one
    else this.#last.after = one
    this.#last = one
    this.#timer ??= setInterval(() => this.#advance(), this.#stepMs)
  }

  /** Tells whether it still waited. */
  remove(one: Waiting): boolean {
    if (one.until === 0) return false
    const { before, after } = one
    if (before === null) this.#first = after
    else before.after = after
    if (after === null) this.#last = before
    else after.before = before
    one.before = null
    one.after = null
    one.until = 0
    return true
  }

  #advance(): void {
    this.#step += 1
    for (let one = this.#first; one !== null && one.until <= this.#step; one = this.#first) {
      this.remove(one)
      one.expire()
    }
    if (this.#first !== null || this.#timer === null) return
    clearInterval(this.#timer)
    this.#timer = null
  }
}
