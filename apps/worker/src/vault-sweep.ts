import {
  describeError,
  judgeVault,
  minutes,
  type Clock,
  type Estate,
  type Vault,
  type VaultObject,
} from '@cacheplane/domain'
import type { Logger } from 'pino'

export const VAULT_SWEEP_EVERY_MS = minutes(10)

interface VaultSweepDeps {
  vault: Pick<Vault, 'list' | 'find' | 'remove' | 'discard'>
  estate: Pick<Estate, 'knownFiles'>
  clock: Clock
  log: Pick<Logger, 'info' | 'warn'>
}

/** Removes from the vault what whoever died, or came too late, has left there, and reports what it dares not touch. */
export class VaultSweep {
  readonly #reported = new Set<string>()

  constructor(private readonly deps: VaultSweepDeps) {}

  async sweep(): Promise<void> {
    const { vault, estate, clock } = this.deps
    // Listed before rows are read: a row is there before its file is.
    const found = await vault.list()
    const { parts, orphans, strangers } = judgeVault(await estate.knownFiles(), found, clock.now())
    for (const part of parts) await this.#discard(part)
    for (const orphan of orphans) await this.#remove(orphan)
    for (const stranger of strangers)
      this.#report(stranger, 'it may be of a snapshot that a restored database has forgotten')
  }

  async #discard({ ref }: VaultObject): Promise<void> {
    await this.deps.vault.discard(ref)
    this.deps.log.info({ ref }, 'removed an unfinished file from the vault')
  }

  /** Only what opens with our key is ours: another installation may keep its files in the same place. */
  async #remove(orphan: VaultObject): Promise<void> {
    const { vault, log } = this.deps
    const { fileId, ref } = orphan
    if (fileId === null) return
    try {
      await vault.find(fileId)
    } catch (error) {
      return this.#report(orphan, describeError(error))
    }
    await vault.remove(fileId)
    log.info({ ref }, 'removed a file of no snapshot from the vault')
  }

  #report({ ref }: VaultObject, because: string): void {
    if (this.#reported.has(ref)) return
    this.#reported.add(ref)
    this.deps.log.warn({ ref, because }, 'the vault holds a file that no row knows; it is left alone')
  }
}
