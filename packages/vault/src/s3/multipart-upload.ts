import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
  type CompletedPart,
  type S3Client,
} from '@aws-sdk/client-s3'

/** S3 takes no more parts than this, and no part but the last of less than 5 MiB. */
const PARTS_MAX = 10_000
const FIRST_PART_BYTES = 8 * 1024 ** 2
/** Parts grow by as much after so many, so that the largest object that S3 takes, of 5 TiB, fits. */
const GROW_EVERY = 500
const GROW_BYTES = 50 * 1024 ** 2

export interface Place {
  Bucket: string
  Key: string
}

/**
 * Uploads pieces as they come, one part in memory while the one before is on its way. An upload that breaks off is aborted;
 * of a process that dies a sweep finds it. Throws the server's refusal where the name is taken meanwhile.
 */
export async function uploadPieces(
  client: S3Client,
  place: Place,
  pieces: AsyncIterable<Buffer>,
): Promise<void> {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(place))
  const upload = { ...place, UploadId }
  try {
    const Parts = await uploadParts(client, upload, pieces)
    await client.send(
      new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, IfNoneMatch: '*' }),
    )
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined)
    throw error
  }
}

type Upload = Place & { UploadId: string | undefined }

async function uploadParts(client: S3Client, upload: Upload, pieces: AsyncIterable<Buffer>) {
  const parts: CompletedPart[] = []
  let sending: Promise<CompletedPart> | null = null
  let number = 0
  try {
    for await (const Body of partsOf(pieces)) {
      if (++number > PARTS_MAX) throw new Error('the file is larger than S3 takes')
      if (sending !== null) parts.push(await sending)
      sending = uploadPart(client, upload, number, Body)
      // Whether it fails is seen when it is waited for.
      sending.catch(() => undefined)
    }
    if (sending !== null) parts.push(await sending)
    return parts
  } catch (error) {
    // Aborting an upload while a part is on its way would leave the part.
    await sending?.catch(() => undefined)
    throw error
  }
}

async function uploadPart(client: S3Client, upload: Upload, PartNumber: number, Body: Buffer) {
  const { ETag } = await client.send(new UploadPartCommand({ ...upload, PartNumber, Body }))
  return { ETag, PartNumber }
}

async function* partsOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = []
  let bytes = 0
  let count = 0
  for await (const piece of pieces) {
    held.push(piece)
    bytes += piece.length
    if (bytes < FIRST_PART_BYTES + Math.floor(count / GROW_EVERY) * GROW_BYTES) continue
    yield Buffer.concat(held)
    count += 1
    held = []
    bytes = 0
  }
  if (bytes > 0) yield Buffer.concat(held)
}
