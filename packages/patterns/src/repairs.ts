import type { Clock } from './cache.ts'

const FIRST_MS = 20
const LONGEST_MS = 1_000

/**
 * Keys that could not be removed while the cache was down. They are tried again until they are, and until then this
 * process takes no value of theirs from the cache.
 */
export class Repairs {
  readonly #keys = new Map<string, () => Promise<boolean>>()
  #loop: Promise<void> | null = null
  #isClosed = false

  constructor(private readonly clock: Clock) {}

  /** @param remove tells whether it worked */
  add(key: string, remove: () => Promise<boolean>): void {
    if (this.#isClosed) return
    this.#keys.set(key, remove)
    this.#loop ??= this.#run().finally(() => (this.#loop = null))
  }

  get isEmpty(): boolean {
    return this.#keys.size === 0
  }

  has(key: string): boolean {
    return this.#keys.has(key)
  }

  /** Resolves once nothing is left to be repaired. */
  async settled(): Promise<void> {
    await this.#loop
  }

  /** Gives up what is left, and tells the keys. */
  close(): string[] {
    this.#isClosed = true
    const left = [...this.#keys.keys()]
    this.#keys.clear()
    return left
  }

  async #run(): Promise<void> {
    let pauseMs = FIRST_MS
    while (this.#keys.size > 0) {
      await this.clock.sleep(pauseMs)
      pauseMs = Math.min(pauseMs * 2, LONGEST_MS)
      for (const [key, remove] of [...this.#keys]) {
        if (!(await remove())) break
        // It may have been added anew meanwhile, for a later write.
        if (this.#keys.get(key) === remove) this.#keys.delete(key)
      }
    }
  }
}
