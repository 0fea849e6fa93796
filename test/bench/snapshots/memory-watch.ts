import { setTimeout as sleep } from 'node:timers/promises'
import { docker } from '../../support/docker.ts'

const LOOK_EVERY_MS = 100

/** What the containers of an installation take at most while something goes on, in MB by what they are for. */
export class MemoryWatch {
  readonly #peaks = new Map<string, number>()
  #isStopped = false
  readonly #loop: Promise<void>

  constructor(private readonly label: string) {
    this.#loop = this.#watch()
  }

  async stop(): Promise<ReadonlyMap<string, number>> {
    this.#isStopped = true
    await this.#loop
    return this.#peaks
  }

  async #watch(): Promise<void> {
    while (!this.#isStopped) {
      for (const [kind, megabytes] of await memoryByKind(this.label))
        this.#peaks.set(kind, Math.max(megabytes, this.#peaks.get(kind) ?? 0))
      await sleep(LOOK_EVERY_MS)
    }
  }
}

interface MemoryStats {
  stats?: Record<string, number | undefined>
}

/** Memory of processes, without what the kernel keeps of files. */
export async function memoryByKind(label: string): Promise<Map<string, number>> {
  const found = await docker.listContainers({ filters: { label: [label] } })
  const sums = new Map<string, number>()
  for (const { Id, Labels } of found) {
    const kind = Labels['dev.cacheplane.kind'] ?? ''
    const stats = await docker
      .getContainer(Id)
      .stats({ stream: false, 'one-shot': true })
      .catch(() => null)
    // Of a container that is going, Docker has none.
    const { stats: details = {} }: MemoryStats = stats?.memory_stats ?? {}
    const bytes = details.total_rss ?? details.rss ?? details.anon ?? 0
    sums.set(kind, (sums.get(kind) ?? 0) + bytes / 1024 ** 2)
  }
  return sums
}
