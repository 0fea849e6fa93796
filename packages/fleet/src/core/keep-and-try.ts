import type { KeptFile, Trial, Vault } from '@cacheplane/domain'
import { Channel } from './channel.ts'
import { tryContent, type TrialBench } from './try-file.ts'

export type KeepBench = TrialBench & { vault: Vault }

/** What goes into the vault is loaded on its way there; what somebody else has put there before us is not what was loaded. */
export async function keepAndTry(bench: KeepBench, trial: Trial, content: AsyncIterable<Uint8Array>) {
  const channel = new Channel()
  const trying = tryContent(bench, trial, channel).finally(() => channel.leave())
  try {
    const { isFirst, ...file } = await keep(bench.vault, trial.fileId, content, channel)
    const tried = await trying
    return { file, tried, hasLoaded: isFirst && tried.kind === 'loaded' }
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
