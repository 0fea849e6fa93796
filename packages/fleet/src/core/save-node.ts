import {
  describeError,
  type KeptFile,
  type NodeRef,
  type Removed,
  type Saved,
  type Trial,
  type Vault,
} from '@cacheplane/domain'
import { gone, unknown } from './call.ts'
import { Channel } from './channel.ts'
import type { NodeControl } from './node-control.ts'
import { tryContent, type TrialBench } from './try-file.ts'

type Bench = TrialBench & { control: NodeControl; vault: Vault }

/** The promise is in the port's docstring. What goes wrong in between leaves nothing, and is tried again by others. */
export async function saveNode(bench: Bench, ref: NodeRef, trial: Trial): Promise<Saved> {
  const { control, vault } = bench
  try {
    const found = await vault.find(trial.fileId)
    if (found !== null) return { kind: 'saved', file: found, hasLoaded: false }
    const answer = await control.save(ref, (content) => keepAndTry(bench, trial, content))
    return answer.kind === 'answered' ? { kind: 'saved', ...answer.value } : unknown(answer.because)
  } catch (error) {
    return unknown(`the vault could not keep it: ${describeError(error)}`)
  }
}

/** What goes into the vault is loaded on its way there; what somebody else has put there before us is not what was loaded. */
async function keepAndTry(bench: Bench, trial: Trial, content: AsyncIterable<Uint8Array>) {
  const channel = new Channel()
  const trying = tryContent(bench, trial, channel).finally(() => channel.leave())
  try {
    const { isFirst, ...file } = await keep(bench.vault, trial.fileId, content, channel)
    return { file, hasLoaded: isFirst && (await trying).kind === 'loaded' }
  } finally {
    await trying.catch(() => undefined)
  }
}

async function keep(
  vault: Vault,
  fileId: string,
  content: AsyncIterable<Uint8Array>,
  channel: Channel,
): Promise<KeptFile> {
  try {
    const kept = await vault.keep(fileId, alsoTo(channel, content))
    channel.end()
    return kept
  } catch (error) {
    channel.fail(error)
    throw error
  }
}

async function* alsoTo(channel: Channel, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of content) {
    await channel.offer(piece)
    yield piece
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
