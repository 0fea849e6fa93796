import type { FileHandle } from 'node:fs/promises'

const BATCH_BYTES = 1024 ** 2
/** The disk begins with what there is, so that little is left for the end. */
const SYNC_EVERY_BYTES = 32 * 1024 ** 2

/** Writes pieces to a new file, in batches. The next batch comes together, and what was written gets to the disk, meanwhile. */
export class FileWriter {
  #batch: Buffer[] = []
  #batchBytes = 0
  #unsyncedBytes = 0
  #writing: Promise<void> = Promise.resolve()
  #syncing: Promise<void> = Promise.resolve()

  constructor(private readonly file: FileHandle) {}

  async add(piece: Buffer): Promise<void> {
    this.#batch.push(piece)
    this.#batchBytes += piece.length
    if (this.#batchBytes >= BATCH_BYTES) await this.#flush()
  }

  /** Returns once all of it is on the disk. */
  async end(): Promise<void> {
    await this.#flush()
    await this.#writing
    await this.#syncing
    await this.file.sync()
  }

  /** Nothing is under way any more, whatever came of it. */
  async settle(): Promise<void> {
    await Promise.allSettled([this.#writing, this.#syncing])
  }

  async #flush(): Promise<void> {
    await this.#writing
    const [batch, bytes] = [this.#batch, this.#batchBytes]
    this.#batch = []
    this.#batchBytes = 0
    this.#writing = held(writeWhole(this.file, batch, bytes))
    this.#unsyncedBytes += bytes
    if (this.#unsyncedBytes < SYNC_EVERY_BYTES) return
    this.#unsyncedBytes = 0
    await this.#syncing
    this.#syncing = held(this.file.datasync())
  }
}

/** Whether it fails is seen by who waits for it. */
function held(work: Promise<void>): Promise<void> {
  work.catch(() => undefined)
  return work
}

/** A disk that is full takes less than it is given, and says so only when asked again. */
async function writeWhole(file: FileHandle, batch: readonly Buffer[], bytes: number): Promise<void> {
  if (bytes === 0) return
  const { bytesWritten } = await file.writev([...batch])
  if (bytesWritten < bytes) await file.writeFile(Buffer.concat(batch).subarray(bytesWritten))
}
