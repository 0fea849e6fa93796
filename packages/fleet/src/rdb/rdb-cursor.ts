/** What there is of a file ends in the middle of something. */
export class Short extends Error {
  override readonly name = 'Short'
}

/** Not as an engine writes it, or as one writes it that came later than this. */
export class UnknownForm extends Error {
  override readonly name = 'UnknownForm'
}

const [SIX_BITS, FOURTEEN_BITS, WORD, LONG] = [0, 1, 0x80, 0x81]
const INTEGER_BYTES = [1, 2, 4] as const
const COMPRESSED = 3

/** Reads the words that files of engines are made of, from a place on. Throws `Short` where there is no more. */
export class RdbCursor {
  constructor(
    readonly buffer: Buffer,
    public at: number,
  ) {}

  byte(): number {
    return this.buffer.readUInt8(this.#take(1))
  }

  skip(bytes: number): void {
    this.#take(bytes)
  }

  /** A count, or the length of what follows. */
  length(): number {
    const length = this.#lengthOr(this.byte())
    if (length === null) throw new UnknownForm('a length is not one')
    return length
  }

  skipString(): void {
    const first = this.byte()
    const length = this.#lengthOr(first)
    if (length !== null) return this.skip(length)
    const form = first & 0x3f
    if (form === COMPRESSED) {
      const packed = this.length()
      this.length()
      return this.skip(packed)
    }
    this.skip(integerBytes(form))
  }

  /** A string's own bytes, however it is written. */
  string(): Buffer {
    const first = this.byte()
    const length = this.#lengthOr(first)
    if (length !== null) return this.#slice(length)
    const form = first & 0x3f
    if (form === COMPRESSED) {
      const [packed, whole] = [this.length(), this.length()]
      return unpack(this.#slice(packed), whole)
    }
    const bytes = integerBytes(form)
    return Buffer.from(String(this.#slice(bytes).readIntLE(0, bytes)))
  }

  #lengthOr(first: number): number | null {
    const kind = first >> 6
    if (kind === SIX_BITS) return first & 0x3f
    if (kind === FOURTEEN_BITS) return ((first & 0x3f) << 8) | this.byte()
    if (first === WORD) return this.buffer.readUInt32BE(this.#take(4))
    if (first === LONG) return Number(this.buffer.readBigUInt64BE(this.#take(8)))
    return null
  }

  #slice(bytes: number): Buffer {
    const from = this.#take(bytes)
    return this.buffer.subarray(from, from + bytes)
  }

  #take(bytes: number): number {
    const from = this.at
    if (from + bytes > this.buffer.length) throw new Short()
    this.at = from + bytes
    return from
  }
}

function integerBytes(form: number): 1 | 2 | 4 {
  const bytes = INTEGER_BYTES[form]
  if (bytes === undefined) throw new UnknownForm('a string is written in a form that is not known')
  return bytes
}

const LITERAL_MAX = 32

/** LZF: runs of literals, and references to what was written before. */
function unpack(packed: Buffer, length: number): Buffer {
  const whole = Buffer.alloc(length)
  let [from, to] = [0, 0]
  while (from < packed.length) {
    const control = packed.readUInt8(from++)
    if (control < LITERAL_MAX) {
      to += packed.copy(whole, to, from, from + control + 1)
      from += control + 1
      continue
    }
    let run = control >> 5
    if (run === 7) run += packed.readUInt8(from++)
    let back = to - ((control & 0x1f) << 8) - packed.readUInt8(from++) - 1
    if (back < 0 || to + run + 2 > length) throw new UnknownForm('a packed string is damaged')
    // What is copied may be what was just written.
    for (let left = run + 2; left > 0; left--) whole[to++] = whole[back++] ?? 0
  }
  return whole
}
