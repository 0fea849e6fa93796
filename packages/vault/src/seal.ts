import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import {
  ALGORITHM,
  fileKey,
  FRAME_BYTES,
  LENGTH_BYTES,
  MAGIC,
  nonceOf,
  packSummary,
  SALT_BYTES,
  TRAILER_BYTES,
  TRAILER_MARK,
  type Summary,
  type VaultKeys,
} from './sealed-form.ts'

/** Content on its way into the vault. */
export class Seal {
  readonly #digest = createHash('sha256')
  readonly #salt = randomBytes(SALT_BYTES)
  readonly #key: Buffer
  #bytes = 0
  #frames = 0

  constructor(keys: VaultKeys, fileId: string) {
    this.#key = fileKey(keys, fileId, this.#salt)
  }

  /** The sealed file; `summary` is known once it has been read to its end. */
  async *sealed(content: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
    yield Buffer.concat([MAGIC, this.#salt])
    for await (const frame of framesOf(content)) yield this.#frame(frame)
    yield this.#trailer()
  }

  get summary(): Summary {
    return { bytes: this.#bytes, sha256: this.#digest.copy().digest('hex') }
  }

  #frame(content: Buffer): Buffer {
    this.#digest.update(content)
    this.#bytes += content.length
    const length = Buffer.alloc(LENGTH_BYTES)
    length.writeUInt32BE(content.length)
    return Buffer.concat([length, this.#encrypt(content, 'frame', this.#frames++)])
  }

  #trailer(): Buffer {
    const head = Buffer.alloc(LENGTH_BYTES + 8)
    head.writeUInt32BE(TRAILER_MARK)
    head.writeBigUInt64BE(BigInt(this.#frames), LENGTH_BYTES)
    return Buffer.concat(
      [head, this.#encrypt(packSummary(this.summary), 'trailer', this.#frames)],
      TRAILER_BYTES,
    )
  }

  #encrypt(content: Buffer, kind: 'frame' | 'trailer', number: number): Buffer {
    const cipher = createCipheriv(ALGORITHM, this.#key, nonceOf(number, kind))
    return Buffer.concat([cipher.update(content), cipher.final(), cipher.getAuthTag()])
  }
}

/** However content comes, in pieces of one size but for the last. */
async function* framesOf(content: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const frame = Buffer.alloc(FRAME_BYTES)
  let filled = 0
  for await (const piece of content) {
    for (let taken = 0; taken < piece.length;) {
      const part = piece.subarray(taken, taken + FRAME_BYTES - filled)
      frame.set(part, filled)
      taken += part.length
      filled += part.length
      if (filled < FRAME_BYTES) continue
      yield frame
      filled = 0
    }
  }
  if (filled > 0) yield frame.subarray(0, filled)
}
