import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readdir, rm, stat, type FileHandle } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { FileWriter } from './file-writer.ts'
import type { Shelf, ShelvedItem } from './shelf.ts'

const READ_BYTES = 1024 ** 2
const PART = '.part'

/**
 * A directory that every worker and API process sees. A file grows under a name of its own, is brought to disk, and gets its
 * name by a link, which fails where the name is taken: whoever dies before leaves only a `.part` behind.
 */
export class DirectoryShelf implements Shelf {
  constructor(private readonly directory: string) {}

  async put(name: string, pieces: AsyncIterable<Buffer>): Promise<boolean> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 })
    const partial = this.#path(`${name}.${randomUUID()}${PART}`)
    try {
      await writeAll(partial, pieces)
      if (!(await linked(partial, this.#path(name)))) return false
      await syncDirectory(this.directory)
      return true
    } finally {
      await rm(partial, { force: true })
    }
  }

  async ends(name: string, firstBytes: number, lastBytes: number) {
    const file = await openThere(this.#path(name))
    if (file === null) return null
    try {
      const { size } = await file.stat()
      const first = await readAt(file, 0, firstBytes)
      return { first, last: await readAt(file, Math.max(0, size - lastBytes), lastBytes) }
    } finally {
      await file.close()
    }
  }

  async read(name: string): Promise<AsyncIterable<Uint8Array> | null> {
    const file = await openThere(this.#path(name))
    return file === null ? null : readAll(file)
  }

  async remove(name: string): Promise<void> {
    const parts = (await namesIn(this.directory)).filter(
      (one) => one.startsWith(`${name}.`) && one.endsWith(PART),
    )
    for (const one of [...parts, name]) await rm(this.#path(one), { force: true })
  }

  async list(): Promise<ShelvedItem[]> {
    const items: ShelvedItem[] = []
    for (const name of await namesIn(this.directory)) {
      const changedAt = await changedAtOf(this.#path(name))
      const kind = name.endsWith(PART) ? 'part' : 'whole'
      if (changedAt !== null) items.push({ kind, name, changedAt })
    }
    return items
  }

  async discard(part: string): Promise<void> {
    if (part.endsWith(PART)) await rm(this.#path(part), { force: true })
  }

  #path(name: string): string {
    return join(this.directory, basename(name))
  }
}

async function writeAll(path: string, pieces: AsyncIterable<Buffer>): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  const writer = new FileWriter(file)
  try {
    for await (const piece of pieces) await writer.add(piece)
    await writer.end()
  } finally {
    await writer.settle()
    await file.close()
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

const openThere = (path: string): Promise<FileHandle | null> => unlessAbsent(open(path, 'r'))
const namesIn = async (path: string): Promise<string[]> => (await unlessAbsent(readdir(path))) ?? []
const changedAtOf = async (path: string): Promise<Date | null> =>
  (await unlessAbsent(stat(path)))?.mtime ?? null

async function unlessAbsent<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null
    throw error
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}

/** The next piece is read while one is being used, into the place of the one before: new ones cost more than the reading. */
async function* readAll(file: FileHandle): AsyncGenerator<Buffer> {
  const places = [Buffer.allocUnsafeSlow(READ_BYTES), Buffer.allocUnsafeSlow(READ_BYTES)] as const
  const read = (into: Buffer) => held(file.read(into, 0, READ_BYTES, null))
  let coming = read(places[0])
  let other: Buffer = places[1]
  try {
    for (;;) {
      const { buffer, bytesRead } = await coming
      if (bytesRead === 0) return
      coming = read(other)
      yield buffer.subarray(0, bytesRead)
      other = buffer
    }
  } finally {
    await coming.catch(() => undefined)
    await file.close()
  }
}

/** Whether it fails is seen by who waits for it. */
function held<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined)
  return work
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
