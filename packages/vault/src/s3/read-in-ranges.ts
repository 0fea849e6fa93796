import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import type { Place } from './multipart-upload.ts'

const RANGE_BYTES = 8 * 1024 ** 2

/** Bytes from `from` up to, and without, `to`. */
export async function readRange(client: S3Client, place: Place, from: number, to: number): Promise<Buffer> {
  if (to <= from) return Buffer.alloc(0)
  const { Body } = await client.send(new GetObjectCommand({ ...place, Range: `bytes=${from}-${to - 1}` }))
  if (Body === undefined) throw new Error('the store answered without a content')
  const bytes = await Body.transformToByteArray()
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

/**
 * A whole object in pieces, the next one on its way while one is being used: whoever is slow keeps no connection open, which
 * stores cut off.
 */
export async function* readInRanges(client: S3Client, place: Place, size: number): AsyncGenerator<Buffer> {
  const fetch = (from: number) => {
    const range = readRange(client, place, from, Math.min(from + RANGE_BYTES, size))
    range.catch(() => undefined)
    return range
  }
  let next = fetch(0)
  for (let from = 0; from < size; from += RANGE_BYTES) {
    const piece = await next
    if (from + RANGE_BYTES < size) next = fetch(from + RANGE_BYTES)
    yield piece
  }
}
