import {
  describeError,
  NotAnRdbFile,
  rdbContent,
  type ForeignFile,
  type ForeignFiles,
  type Imported,
  type Trial,
} from '@cacheplane/domain'
import { unknown } from './call.ts'
import { keepAndTry, type KeepBench } from './keep-and-try.ts'

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
    const { file, tried, hasLoaded } = await keepAndTry(bench, trial, rdbContent(opened.content))
    if (tried.kind === 'refused') return tried
    const usedMemoryBytes = tried.kind === 'loaded' ? tried.usedMemoryBytes : null
    return { kind: 'saved', file, usedMemoryBytes, hasLoaded }
  } catch (error) {
    if (error instanceof NotAnRdbFile) return refused(error.message)
    return unknown(`it could not be read: ${describeError(error)}`)
  }
}

const refused = (because: string) => ({ kind: 'refused', because }) as const
