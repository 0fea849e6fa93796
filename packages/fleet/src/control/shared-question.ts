/** One question that many have at once: all who come while it is being asked share the next answer. */
export class SharedQuestion<T> {
  #current: Promise<T> | null = null
  #next: Promise<T> | null = null

  constructor(private readonly put: () => Promise<T>) {}

  /** An answer to what was asked after this call, never before. */
  ask(): Promise<T> {
    if (this.#current === null) return this.#begin()
    this.#next ??= this.#current.then(
      () => this.#follow(),
      () => this.#follow(),
    )
    return this.#next
  }

  #follow(): Promise<T> {
    this.#next = null
    return this.#begin()
  }

  #begin(): Promise<T> {
    const current = this.put().finally(() => {
      if (this.#current === current) this.#current = null
    })
    this.#current = current
    return current
  }
}
