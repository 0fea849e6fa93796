/** Longer answers would keep others on the connection waiting. */
const LONGEST = 64

interface Reading {
  key: string
  resolve: (value: string | null) => void
  reject: (error: unknown) => void
}

/**
 * Puts the reads of one turn of the event loop into one question. Nobody waits for company: the question leaves when the
 * turn ends, which is when a command of its own would have left the process, too.
 */
export class ReadBatch {
  #readings: Reading[] = []

  /** @param askMany answers in the order of the keys */
  constructor(
    private readonly askOne: (key: string) => Promise<string | null>,
    private readonly askMany: (keys: string[]) => Promise<(string | null)[]>,
  ) {}

  get(key: string): Promise<string | null> {
    return new Promise((resolve, reject) => {
      const length = this.#readings.push({ key, resolve, reject })
      if (length === 1) process.nextTick(this.#leave)
      if (length === LONGEST) this.#ask()
    })
  }

  readonly #leave = (): void => {
    if (this.#readings.length > 0) this.#ask()
  }

  #ask(): void {
    const readings = this.#readings
    this.#readings = []
    const [first] = readings
    if (readings.length === 1 && first !== undefined) {
      this.askOne(first.key).then(first.resolve, first.reject)
      return
    }
    this.askMany(readings.map(({ key }) => key)).then(
      (values) => readings.forEach(({ resolve }, i) => resolve(values[i] ?? null)),
      (error: unknown) => readings.forEach(({ reject }) => reject(error)),
    )
  }
}
