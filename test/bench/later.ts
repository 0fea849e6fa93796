/** What must be undone however the bench ends: last made, first undone, each once. */
export class Later {
  readonly #undo: (() => Promise<unknown>)[] = []
  #running: Promise<void> | null = null

  add(undo: () => Promise<unknown>): void {
    this.#undo.push(undo)
  }

  /** Goes on to the next when one fails; says what failed. */
  run(): Promise<void> {
    this.#running ??= this.#runAll()
    return this.#running
  }

  async #runAll(): Promise<void> {
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) {
      await undo().catch((error: unknown) => console.error('could not be undone:', error))
    }
  }
}
