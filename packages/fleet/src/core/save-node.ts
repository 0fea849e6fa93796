import { describeError, type NodeRef, type Removed, type Saved, type Vault } from '@cacheplane/domain'
import { gone, unknown } from './call.ts'
import type { NodeControl } from './node-control.ts'

/** The promise is in the port's docstring. What goes wrong in between leaves nothing, and is tried again by others. */
export async function saveNode(
  { control, vault }: { control: NodeControl; vault: Vault },
  ref: NodeRef,
  fileId: string,
): Promise<Saved> {
  try {
    const kept = await vault.find(fileId)
    if (kept !== null) return { kind: 'saved', file: kept }
    const answer = await control.save(ref, (content) => vault.keep(fileId, content))
    return answer.kind === 'answered' ? { kind: 'saved', file: answer.value } : unknown(answer.because)
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
