import { createCipheriv, createHash, randomBytes, type CipherGCM } from 'node:crypto'
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

/** Content on its way into the vault. Nothing of it is copied but by the cipher. */
export class Seal {
  readonly #digest = createHash('sha256')
  readonly #salt = randomBytes(SALT_BYTES)
  readonly #key: Buffer
  #bytes = 0
  #frames = 0

  constructor(
    keys: VaultKeys,
    fileId: string,
    private readonly frameBytes = FRAME_BYTES,
  ) {
    this.#key = fileKey(keys, fileId, this.#salt)
  }

  /** The sealed file; `summary` is known once it has been read to its end. */
  async *sealed(content: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
    yield Buffer.concat([MAGIC, this.#salt])
    let frame = this.#open()
    for await (const piece of content) {
      this.#digest.update(piece)
      this.#bytes += piece.length
      for (let taken = 0; taken < piece.length;) {
        taken += frame.add(piece.subarray(taken))
        if (frame.room > 0) continue
        yield* frame.close()
        frame = this.#open()
      }
    }
    if (frame.room < this.frameBytes) yield* frame.close()
    else this.#frames -= 1
    yield this.#trailer()
  }

  get summary(): Summary {
    return { bytes: this.#bytes, sha256: this.#digest.copy().digest('hex') }
  }

  #open(): Frame {
    return new Frame(createCipheriv(ALGORITHM, this.#key, nonceOf(this.#frames++, 'frame')), this.frameBytes)
  }

  #trailer(): Buffer {
    const head = Buffer.alloc(LENGTH_BYTES + 8)
    head.writeUInt32BE(TRAILER_MARK)
    head.writeBigUInt64BE(BigInt(this.#frames), LENGTH_BYTES)
    const cipher = createCipheriv(ALGORITHM, this.#key, nonceOf(this.#frames, 'trailer'))
    const sealed = [cipher.update(packSummary(this.summary)), cipher.final(), cipher.getAuthTag()]
    return Buffer.concat([head, ...sealed], TRAILER_BYTES)
  }
}

/** However content comes, in frames of one size but for the last. */
class Frame {
  readonly #sealed: Buffer[] = []
  #room: number

  constructor(
    private readonly cipher: CipherGCM,
    private readonly bytes: number,
  ) {
    this.#room = bytes
  }

  get room(): number {
    return this.#room
  }

  /** Returns how much of it there was room for. */
  add(content: Uint8Array): number {
    const part = content.subarray(0, this.#room)
    this.#sealed.push(this.cipher.update(part))
    this.#room -= part.length
    return part.length
  }

  close(): Buffer[] {
    const length = Buffer.alloc(LENGTH_BYTES)
    length.writeUInt32BE(this.bytes - this.#room)
    // Of this mode the last block is empty; it makes the tag.
    this.cipher.final()
    return [length, ...this.#sealed, this.cipher.getAuthTag()]
  }
}
