import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import type { ForeignFile, ForeignFiles } from '@cacheplane/domain'
import { isAbsent, isForbidden } from './s3-errors.ts'
import { readInRanges } from './read-in-ranges.ts'

/** Files in whatever buckets the credentials may read. */
export class BucketFiles implements ForeignFiles {
  constructor(private readonly client: S3Client) {}

  async open({ bucket, key }: ForeignFile) {
    const place = { Bucket: bucket, Key: key }
    try {
      const { ContentLength: bytes = 0 } = await this.client.send(new HeadObjectCommand(place))
      return { kind: 'open' as const, bytes, content: readInRanges(this.client, place, bytes) }
    } catch (error) {
      if (isAbsent(error))
        return refused(`There is no object ${key} in the S3 bucket ${bucket}, or no such bucket.`)
      if (isForbidden(error))
        return refused(`The S3 bucket ${bucket} may not be read with the configured credentials.`)
      throw error
    }
  }
}

const refused = (because: string) => ({ kind: 'refused' as const, because })
