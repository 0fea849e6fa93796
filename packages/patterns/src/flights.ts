/** What a load brought, and whether it was still true when it came to be known. */
export interface Landing<T> {
  value: T
  /** Nobody wrote from the load's beginning until its value was in the cache: also who came late may have it. */
  isCurrent: boolean
}

/**
 * One load at a time per key in this process. Who comes while one is under way waits for it; if somebody wrote meanwhile,
 * its value may be older than the caller's question, and the caller shares the next one instead.
 */
export class Flights<T> {
  readonly #flights = new Map<string, Promise<Landing<T>>>()

  async join(key: string, start: () => Promise<Landing<T>>): Promise<T> {
    const underWay = this.#flights.get(key)
    if (underWay === undefined) return (await this.#start(key, start)).value
    const landing = await underWay
    if (landing.isCurrent) return landing.value
    const next = this.#flights.get(key)
    return (await (next ?? this.#start(key, start))).value
  }

  has(key: string): boolean {
    return this.#flights.has(key)
  }

  #start(key: string, start: () => Promise<Landing<T>>): Promise<Landing<T>> {
    const flight = start().finally(() => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key)
    })
    this.#flights.set(key, flight)
    return flight
  }
}
