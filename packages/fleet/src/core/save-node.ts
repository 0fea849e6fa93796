import {
  describeError,
  type NodeRef,
  type Removed,
  type Saved,
  type Trial,
  type Vault,
} from '@cacheplane/domain'
import { gone, unknown } from './call.ts'
import type { NodeControl } from './node-control.ts'
import { keepAndTry, type KeepBench } from './keep-and-try.ts'

type Bench = KeepBench & { control: NodeControl }

/** The promise is in the port's docstring. What goes wrong in between leaves nothing, and is tried again by others. */
export async function saveNode(bench: Bench, ref: NodeRef, trial: Trial): Promise<Saved> {
  const { control, vault } = bench
  try {
    const found = await vault.find(trial.fileId)
    if (found !== null) return { kind: 'saved', file: found, hasLoaded: false }
    const answer = await control.save(ref, (content) => keepAndTry(bench, trial, content))
    if (answer.kind !== 'answered') return unknown(answer.because)
    const { file, hasLoaded } = answer.value
    return { kind: 'saved', file, hasLoaded }
  } catch (error) {
    return unknown(`the vault could not keep it: ${describeError(error)}`)
  }
}

export async function removeFile(vault: Vault, fileId: string): Promise<Removed> {
  try {
    await vault.remove(fileId)
    return gone
  } catch (error) {
    return unknown(`the vault could not remove it: ${describeError(error)}`)
  }
}
