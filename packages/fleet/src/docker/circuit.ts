const FAILURES_UNTIL_OPEN = 5
const OPEN_MS = 2_000

/** Spares an engine that does not answer, and its callers the wait: after five silences, two seconds of rest. */
export class Circuit {
  #failures = 0
  #openUntilMs = 0

  /** Why no call should be made now; null when one should. */
  refusal(): string | null {
    if (performance.now() >= this.#openUntilMs) return null
    return `the engine did not answer ${this.#failures} times in a row; it is asked again shortly`
  }

  record(answered: boolean): void {
    this.#failures = answered ? 0 : this.#failures + 1
    this.#openUntilMs = this.#failures >= FAILURES_UNTIL_OPEN ? performance.now() + OPEN_MS : 0
  }
}
