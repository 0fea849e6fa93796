/** A write that a client was told to be done. */
export interface Acknowledged {
  value: string
  atMs: number
  nodeId: string
  historyId: string
}

/** What the clients of each group were promised, and who promised it; a group is known by its network's name. */
export class Ledger {
  readonly #writes = new Map<string, Acknowledged[]>()
  readonly #histories = new Map<string, string[]>()
  total = 0
  lost = 0

  /** Why this acknowledgement breaks a promise; null when it does not. */
  enter(network: string, write: Acknowledged): string | null {
    this.total++
    this.writesOf(network).push(write)
    const histories = this.#histories.get(network) ?? []
    this.#histories.set(network, histories)
    const current = histories.at(-1)
    if (current === write.historyId) return null
    const isOld = histories.includes(write.historyId)
    histories.push(write.historyId)
    return isOld ? `S1: ${write.nodeId} acknowledged a write after another node had taken over` : null
  }

  writesOf(network: string): Acknowledged[] {
    const writes = this.#writes.get(network) ?? []
    this.#writes.set(network, writes)
    return writes
  }

  /** How many were acknowledged until then. */
  countUpTo(network: string, ms: number): number {
    const writes = this.writesOf(network)
    return writes.findLastIndex(({ atMs }) => atMs <= ms) + 1
  }

  /** What has none of these is gone; later promises are measured against what is left. */
  keep(network: string, values: ReadonlySet<string>): Acknowledged[] {
    const all = this.writesOf(network)
    const gone = all.filter((write) => !values.has(write.value))
    this.lost += gone.length
    this.#writes.set(
      network,
      all.filter((write) => values.has(write.value)),
    )
    return gone
  }
}
