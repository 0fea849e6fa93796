import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  ListMultipartUploadsCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import type { Shelf, ShelvedItem } from '../shelf.ts'
import { isAbsent, isTaken, isUnknownThere } from './s3-errors.ts'
import { uploadPieces } from './multipart-upload.ts'
import { readInRanges, readRange } from './read-in-ranges.ts'

export interface BucketShelfOptions {
  client: S3Client
  bucket: string
  /** Empty, or ends with a slash. */
  prefix: string
}

/** A part is told by the key of what it was to be, and the id of its upload. */
const SEPARATOR = '\n'

/**
 * A bucket of an S3-compatible store. An object is there whole or not at all. That of two of one name the first stays is the
 * store's to see to (`If-None-Match`); with one that does not know that, a name is looked up just before it is given.
 */
export class BucketShelf implements Shelf {
  constructor(private readonly options: BucketShelfOptions) {}

  async put(name: string, pieces: AsyncIterable<Buffer>): Promise<boolean> {
    const { client } = this.options
    const place = this.#place(name)
    try {
      await uploadPieces(
        client,
        place,
        refusingTaken(pieces, async () => (await this.#size(name)) !== null),
      )
      return true
    } catch (error) {
      if (error instanceof NameTaken || isTaken(error)) return false
      throw error
    }
  }

  async ends(name: string, firstBytes: number, lastBytes: number) {
    const { client } = this.options
    const size = await this.#size(name)
    if (size === null) return null
    const place = this.#place(name)
    const last = Math.min(lastBytes, size)
    return {
      first: await readRange(client, place, 0, Math.min(firstBytes, size)),
      last: await readRange(client, place, size - last, size),
    }
  }

  async read(name: string): Promise<AsyncIterable<Uint8Array> | null> {
    const size = await this.#size(name)
    return size === null ? null : readInRanges(this.options.client, this.#place(name), size)
  }

  async remove(name: string): Promise<void> {
    for (const part of await this.#uploads(name)) await this.discard(part.name)
    await this.options.client.send(new DeleteObjectCommand(this.#place(name)))
  }

  async list(): Promise<ShelvedItem[]> {
    const items: ShelvedItem[] = []
    const { client, bucket: Bucket, prefix: Prefix } = this.options
    for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix })) {
      for (const { Key = '', LastModified } of page.Contents ?? [])
        items.push({ kind: 'whole', name: Key.slice(Prefix.length), changedAt: LastModified ?? new Date() })
    }
    return [...items, ...(await this.#uploads())]
  }

  async discard(part: string): Promise<void> {
    const [name = '', UploadId] = part.split(SEPARATOR)
    const place = { ...this.#place(name), UploadId }
    await this.options.client.send(new AbortMultipartUploadCommand(place))
  }

  /** A thousand of them at most: the next sweep sees the others. None of a store that does not list them. */
  async #uploads(of = ''): Promise<ShelvedItem[]> {
    const { client, bucket: Bucket, prefix: Prefix } = this.options
    const listed = await client
      .send(new ListMultipartUploadsCommand({ Bucket, Prefix: `${Prefix}${of}` }))
      .catch((error: unknown) => {
        if (isUnknownThere(error)) return { Uploads: [] }
        throw error
      })
    return (listed.Uploads ?? []).map(({ Key = '', UploadId = '', Initiated }) => ({
      kind: 'part',
      name: `${Key.slice(Prefix.length)}${SEPARATOR}${UploadId}`,
      changedAt: Initiated ?? new Date(),
    }))
  }

  async #size(name: string): Promise<number | null> {
    try {
      const { ContentLength } = await this.options.client.send(new HeadObjectCommand(this.#place(name)))
      return ContentLength ?? 0
    } catch (error) {
      if (isAbsent(error)) return null
      throw error
    }
  }

  #place(name: string) {
    const { bucket, prefix } = this.options
    return { Bucket: bucket, Key: `${prefix}${name}` }
  }
}

class NameTaken extends Error {}

async function* refusingTaken(
  pieces: AsyncIterable<Buffer>,
  isNameTaken: () => Promise<boolean>,
): AsyncGenerator<Buffer> {
  yield* pieces
  if (await isNameTaken()) throw new NameTaken('the name is taken')
}
