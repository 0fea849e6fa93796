const MAGIC = /^(REDIS|VALKEY)\d/
const MAGIC_BYTES = 7

export class NotAnRdbFile extends Error {
  override readonly name = 'NotAnRdbFile'
}

/** Hands on what comes. What is no RDB file by its first bytes is read no further: throws `NotAnRdbFile`. */
export async function* rdbContent(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: number[] | null = []
  for await (const piece of content) {
    if (head !== null) {
      head.push(...piece.subarray(0, MAGIC_BYTES - head.length))
      if (head.length === MAGIC_BYTES) {
        if (!MAGIC.test(String.fromCharCode(...head))) throw new NotAnRdbFile('it is not an RDB file')
        head = null
      }
    }
    yield piece
  }
  if (head !== null) throw new NotAnRdbFile('it is not an RDB file')
}
