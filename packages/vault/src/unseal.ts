import { createDecipheriv } from 'node:crypto'
import { VaultDamage } from '@cacheplane/domain'
import {
  ALGORITHM,
  fileKey,
  FRAME_BYTES,
  HEADER_BYTES,
  LENGTH_BYTES,
  MAGIC,
  nonceOf,
  readSummary,
  TAG_BYTES,
  TRAILER_BYTES,
  TRAILER_MARK,
  type Summary,
  type VaultKeys,
} from './sealed-form.ts'

const damaged = (fileId: string, how: string) => new VaultDamage(`the file ${fileId} of the vault ${how}`)

/**
 * The content of a sealed file. Whoever reads it to its end without an error has what was kept, all of it: every frame opens
 * with its own number only, and the trailer says how many there are. Digesting it once more would tell nothing new.
 */
export async function* unseal(
  keys: VaultKeys,
  fileId: string,
  sealed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  const pieces = new Pieces(sealed)
  try {
    yield* contentOf(keys, fileId, pieces)
  } finally {
    await pieces.end()
  }
}

async function* contentOf(keys: VaultKeys, fileId: string, pieces: Pieces): AsyncGenerator<Buffer> {
  const key = keyOf(keys, fileId, await pieces.take(HEADER_BYTES))
  let bytes = 0
  for (let number = 0; ; number++) {
    const head = await pieces.take(LENGTH_BYTES)
    const length = head?.readUInt32BE() ?? 0
    if (head === null) throw damaged(fileId, 'is cut short')
    if (length === TRAILER_MARK) {
      const rest = await pieces.take(TRAILER_BYTES - LENGTH_BYTES)
      const summary = rest === null ? null : openTrailer(key, fileId, rest, number)
      if (summary === null) throw damaged(fileId, 'is cut short')
      if (summary.bytes !== bytes) throw damaged(fileId, 'is not what was kept')
      return
    }
    if (length > FRAME_BYTES) throw damaged(fileId, 'is not a file of this vault')
    const frame = await pieces.take(length + TAG_BYTES)
    if (frame === null) throw damaged(fileId, 'is cut short')
    const content = decrypt(key, fileId, frame, nonceOf(number, 'frame'))
    bytes += content.length
    yield content
  }
}

/** What a whole file says of its content, by its two ends. */
export function summaryOf(keys: VaultKeys, fileId: string, header: Buffer, trailer: Buffer): Summary {
  const key = keyOf(keys, fileId, header.length === HEADER_BYTES ? header : null)
  if (trailer.length !== TRAILER_BYTES || trailer.readUInt32BE() !== TRAILER_MARK)
    throw damaged(fileId, 'is cut short')
  return openTrailer(key, fileId, trailer.subarray(LENGTH_BYTES), null)
}

function openTrailer(key: Buffer, fileId: string, rest: Buffer, expected: number | null): Summary {
  const frames = Number(rest.readBigUInt64BE(0))
  if (expected !== null && frames !== expected) throw damaged(fileId, 'is not what was kept')
  return readSummary(decrypt(key, fileId, rest.subarray(8), nonceOf(frames, 'trailer')))
}

function keyOf(keys: VaultKeys, fileId: string, header: Buffer | null): Buffer {
  if (header === null || !header.subarray(0, MAGIC.length).equals(MAGIC))
    throw damaged(fileId, 'is not a file of this vault')
  return fileKey(keys, fileId, header.subarray(MAGIC.length))
}

function decrypt(key: Buffer, fileId: string, sealed: Buffer, nonce: Buffer): Buffer {
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  try {
    const content = decipher.update(sealed.subarray(0, -TAG_BYTES))
    // Of this mode the last block is empty; it proves the others.
    decipher.final()
    return content
  } catch (error) {
    throw new VaultDamage(
      `the file ${fileId} of the vault does not open: it was altered, or sealed under another key`,
      {
        cause: error,
      },
    )
  }
}

/** Takes exactly so many bytes at a time from pieces of any size. */
class Pieces {
  readonly #source: AsyncIterator<Uint8Array>
  #held: Buffer = Buffer.alloc(0)

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** Lets the source go, wherever the reading has stopped. */
  async end(): Promise<void> {
    await this.#source.return?.()
  }

  /** Null when fewer are left. Copies only what comes in several pieces, each before the next is asked for. */
  async take(bytes: number): Promise<Buffer | null> {
    if (this.#held.length >= bytes) return this.#cut(bytes)
    const whole = Buffer.allocUnsafe(bytes)
    for (let at = 0; ;) {
      at += this.#cut(Math.min(bytes - at, this.#held.length)).copy(whole, at)
      if (at === bytes) return whole
      const next = await this.#source.next()
      if (next.done === true) return null
      this.#held = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.length)
    }
  }

  #cut(bytes: number): Buffer {
    const part = this.#held.subarray(0, bytes)
    this.#held = this.#held.subarray(bytes)
    return part
  }
}
