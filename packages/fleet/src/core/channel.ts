/** From whom writes to whom reads, in order; whoever writes waits while this much is on its way. */
const HELD_BYTES_MAX = 4 * 1024 ** 2

/**
 * Bytes for a reader of their own. A reader that stops early holds nobody up: what is offered to it from then on is let fall.
 */
export class Channel implements AsyncIterable<Uint8Array> {
  readonly #pieces: Uint8Array[] = []
  #heldBytes = 0
  #end: { error: unknown } | 'ended' | null = null
  #isLeft = false
  #wake: (() => void)[] = []

  /** Returns when there is room for more. */
  async offer(piece: Uint8Array): Promise<void> {
    while (!this.#isLeft && this.#heldBytes >= HELD_BYTES_MAX) await this.#change()
    if (this.#isLeft) return
    this.#pieces.push(piece)
    this.#heldBytes += piece.length
    this.#tell()
  }

  end(): void {
    this.#end ??= 'ended'
    this.#tell()
  }

  /** The reader is thrown this once it has read what was offered before. */
  fail(error: unknown): void {
    this.#end ??= { error }
    this.#tell()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const piece = this.#pieces.shift()
        if (piece !== undefined) {
          this.#heldBytes -= piece.length
          this.#tell()
          yield piece
        } else if (this.#end === 'ended') return
        else if (this.#end !== null) throw this.#end.error
        else await this.#change()
      }
    } finally {
      this.leave()
    }
  }

  /** Nobody reads it any more, or ever will. */
  leave(): void {
    this.#isLeft = true
    this.#pieces.length = 0
    this.#tell()
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve))
  }

  #tell(): void {
    const wake = this.#wake
    this.#wake = []
    for (const resume of wake) resume()
  }
}
