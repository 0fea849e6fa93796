/** What a load brought, and how it came to be known that it was still true. */
export interface Landing<T> {
  value: T
  /**
   * The number of the question to the cache whose answer showed that nobody had written since the load began: whoever came
   * before it was asked may have the value, too. Null when none did.
   */
  shownBy: number | null
}

/** Counts what a load asks the cache. */
export class Course {
  asked = 0

  /** Before each question; returns its number. */
  ask(): number {
    this.asked += 1
    return this.asked
  }
}

interface Flight<T> {
  course: Course
  landing: Promise<Landing<T>>
}

/**
 * One load at a time per key in this process. Who comes while one is under way waits for it. If somebody wrote meanwhile, or
 * may have written between the cache's last answer and his coming, its value may be older than the caller's question, and
 * the caller shares the next one instead.
 */
export class Flights<T> {
  readonly #flights = new Map<string, Flight<T>>()

  async join(key: string, start: (course: Course) => Promise<Landing<T>>): Promise<T> {
    const underWay = this.#flights.get(key)
    if (underWay === undefined) return (await this.#start(key, start)).value
    const { asked } = underWay.course
    const { value, shownBy } = await underWay.landing
    if (shownBy !== null && shownBy > asked) return value
    const next = this.#flights.get(key)
    return (await (next?.landing ?? this.#start(key, start))).value
  }

  has(key: string): boolean {
    return this.#flights.has(key)
  }

  #start(key: string, start: (course: Course) => Promise<Landing<T>>): Promise<Landing<T>> {
    const course = new Course()
    const landing = start(course).finally(() => {
      if (this.#flights.get(key)?.course === course) this.#flights.delete(key)
    })
    this.#flights.set(key, { course, landing })
    return landing
  }
}
