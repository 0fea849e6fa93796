import {
  describeError,
  type ForeignFile,
  type ForeignFiles,
  type Imported,
  type Trial,
} from '@cacheplane/domain'
import { unknown } from './call.ts'
import { keepAndTry, type KeepBench } from './keep-and-try.ts'

const MAGIC = /^(REDIS|VALKEY)\d/
const MAGIC_BYTES = 7

class NotAnRdbFile extends Error {}

/** The promise is in the port's docstring. */
export async function importFile(
  bench: KeepBench & { foreignFiles: ForeignFiles },
  trial: Trial,
  from: ForeignFile,
  maxBytes: number,
): Promise<Imported> {
  try {
    const found = await bench.vault.find(trial.fileId)
    if (found !== null) return { kind: 'saved', file: found, usedMemoryBytes: null, hasLoaded: false }
    const opened = await bench.foreignFiles.open(from)
    if (opened.kind === 'refused') return opened
    if (opened.bytes > maxBytes)
      return refused(`it is larger than the ${maxBytes} bytes of memory of the node type`)
    const { file, tried, hasLoaded } = await keepAndTry(bench, trial, rdbOf(opened.content))
    if (tried.kind === 'refused') return tried
    const usedMemoryBytes = tried.kind === 'loaded' ? tried.usedMemoryBytes : null
    return { kind: 'saved', file, usedMemoryBytes, hasLoaded }
  } catch (error) {
    if (error instanceof NotAnRdbFile) return refused('it is not an RDB file')
    return unknown(`it could not be read: ${describeError(error)}`)
  }
}

const refused = (because: string) => ({ kind: 'refused', because }) as const

/** What is no RDB file by its first bytes is read no further. */
async function* rdbOf(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Buffer | null = Buffer.alloc(0)
  for await (const piece of content) {
    if (head === null) {
      yield piece
      continue
    }
    head = Buffer.concat([head, piece])
    if (head.length < MAGIC_BYTES) continue
    if (!MAGIC.test(head.toString('latin1', 0, MAGIC_BYTES))) throw new NotAnRdbFile()
    yield head
    head = null
  }
  if (head !== null) throw new NotAnRdbFile()
}
