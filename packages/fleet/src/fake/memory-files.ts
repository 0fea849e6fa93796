import type { ForeignFile, ForeignFiles } from '@cacheplane/domain'

/** Buckets that are gone with their process. */
export class MemoryFiles implements ForeignFiles {
  readonly files = new Map<string, Buffer>()

  async open({ bucket, key }: ForeignFile) {
    await Promise.resolve()
    const content = this.files.get(`${bucket}/${key}`)
    if (content === undefined) return { kind: 'refused' as const, because: 'there is no such object' }
    return { kind: 'open' as const, bytes: content.length, content: once(content) }
  }
}

async function* once(content: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(content)
}
