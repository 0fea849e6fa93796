import type { SimulatedContainer, SimulatedProcess } from '@cacheplane/fleet/fake'
import type { Groups } from './groups.ts'
import type { Ledger } from './ledger.ts'
import type { SimWorld } from './sim-world.ts'

/** What reaches a replica within this time is not behind; the simulated lag is at most 3 ms. */
const LAG_MS = 10
/** A node that was struck so recently may have been unheard at the election. */
const RECENT_MS = 4_000

interface Neighbour {
  container: SimulatedContainer
  process: SimulatedProcess
  isDark: boolean
}

/** Judges each promotion and each opening by the world as it is at that very moment. */
export class PromotionWatch {
  promotions = 0
  /** Openings of an empty primary while others seem to have a copy; the rows tell whether those still counted. */
  readonly #doubtful: { what: string; holders: Pick<SimulatedProcess, 'nodeId' | 'incarnation'>[] }[] = []
  /** Network to the time when every member was last seen to have everything. */
  readonly #wholeAtMs = new Map<string, number>()

  constructor(
    private readonly world: SimWorld,
    private readonly groups: Groups,
    private readonly ledger: Ledger,
    private readonly touched: ReadonlyMap<string, number>,
    private readonly onViolation: (what: string) => void,
  ) {
    world.fake.watchers.onPromotion = (process) => this.#judgePromotion(process)
    world.fake.watchers.onOpening = (process) => this.#judgeOpening(process)
  }

  /** Notes which groups are whole. To be called often. */
  noteWhole(): void {
    for (const { nodes } of this.groups.known) {
      const processes = nodes.map((node) => this.groups.processOf(node))
      const [first = null] = processes
      const network = first === null ? undefined : this.#networkOf(first)
      if (network === undefined) continue
      const upTo = this.world.clock.monotonicMs() - LAG_MS
      const due = this.ledger.countUpTo(network, upTo)
      const has = (process: SimulatedProcess | null) => process?.open === true && process.writes.length >= due
      if (processes.every(has)) this.#wholeAtMs.set(network, upTo)
    }
  }

  /** After the rows were read: whether the copies that were passed over still counted. */
  settleDoubts(): void {
    for (const { what, holders } of this.#doubtful.splice(0)) {
      const nodes = this.groups.known.flatMap((group) => group.nodes)
      const counted = holders.some(({ nodeId, incarnation }) =>
        nodes.some(
          (node) => node.id === nodeId && node.incarnation === incarnation && node.openedAt !== null,
        ),
      )
      if (counted) this.onViolation(what)
    }
  }

  #judgePromotion(process: SimulatedProcess): void {
    this.promotions++
    const network = this.#networkOf(process) ?? ''
    const others = this.#neighbours(process)
    const taking = others.filter((one) => this.#takesWrites(one))
    for (const { process: other } of taking)
      this.onViolation(`S4: ${process.nodeId} is promoted while ${other.nodeId} still takes writes`)
    if (process.link?.state === 'syncing') this.onViolation(`S3: ${process.nodeId} is promoted while syncing`)
    this.#judgeRank(process, others)
    this.#judgeLoss(network, process, others)
  }

  #judgeRank(process: SimulatedProcess, others: readonly Neighbour[]): void {
    const isRebuilt = !process.open
    const better = others.filter(
      (one) =>
        this.#isHeard(one) &&
        one.process.open &&
        one.process.role === 'replica' &&
        one.process.link?.state !== 'syncing' &&
        one.process.historyId === process.historyId &&
        one.process.writes.length > process.writes.length,
    )
    const [best] = better
    if (best !== undefined && !isRebuilt)
      this.onViolation(
        `S3: ${process.nodeId} with ${process.writes.length} writes is promoted over ${best.process.nodeId} with ${best.process.writes.length}`,
      )
    if (
      process.writes.length === 0 &&
      others.some((one) => this.#isHeard(one) && one.process.open && one.process.writes.length > 0)
    )
      this.onViolation(`S3: ${process.nodeId} is promoted empty`)
  }

  #judgeLoss(network: string, process: SimulatedProcess, others: readonly Neighbour[]): void {
    const values = new Set(process.writes.map(({ value }) => value))
    const gone = this.ledger.keep(network, values)
    const isPlanned = others.some(
      ({ container, process: other }) =>
        other.role === 'primary' && container.state === 'running' && !other.open && other.writes.length > 0,
    )
    if (isPlanned && gone.length > 0)
      this.onViolation(`S5: a planned switch to ${process.nodeId} lost ${gone.length} writes`)
    const wholeAtMs = this.#wholeAtMs.get(network) ?? Number.NEGATIVE_INFINITY
    const old = gone.filter(({ atMs }) => atMs < wholeAtMs)
    if (old.length > 0)
      this.onViolation(
        `S5: ${process.nodeId} lacks ${old.length} writes that every member had had, of ${gone.length} lost`,
      )
    const lastKept = this.ledger.writesOf(network).at(-1)
    if (gone.some(({ atMs }) => lastKept !== undefined && atMs < lastKept.atMs))
      this.onViolation(`S5: what ${process.nodeId} lacks is no suffix`)
  }

  /** An empty primary is let in: nobody else may have a copy then. */
  #judgeOpening(process: SimulatedProcess): void {
    if (process.open || process.role !== 'primary' || process.writes.length > 0) return
    const network = this.#networkOf(process) ?? ''
    const holders = this.#neighbours(process)
      .filter(
        ({ container, process: other }) =>
          container.state !== 'exited' && other.open && other.writes.length > 0,
      )
      .map(({ process: other }) => ({ nodeId: other.nodeId, incarnation: other.incarnation }))
    if (holders.length > 0) {
      const names = holders.map(({ nodeId }) => nodeId).join(', ')
      const what = `S6: ${process.nodeId} was let in empty while ${names} had a copy`
      this.#doubtful.push({ what, holders })
    }
    this.ledger.keep(network, new Set())
    this.#wholeAtMs.delete(network)
  }

  #neighbours(process: SimulatedProcess): Neighbour[] {
    return this.groups.containersNear(process).flatMap(({ container, isDark }) => {
      const other = container.process
      return other === null || other === process ? [] : [{ container, process: other, isDark }]
    })
  }

  #takesWrites({ container, process, isDark }: Neighbour): boolean {
    const { state, attached } = container
    return (
      !isDark &&
      state === 'running' &&
      attached &&
      process.open &&
      !process.lends &&
      process.role === 'primary'
    )
  }

  /** Nothing that the world does would have kept it from answering. */
  #isHeard({ container, process, isDark }: Neighbour): boolean {
    const { clock, fake } = this.world
    const { lostBefore, lostAfter, delayed } = fake.faults.rates
    const touchedMs = this.touched.get(process.nodeId) ?? Number.NEGATIVE_INFINITY
    const isCalm = lostBefore + lostAfter + delayed === 0 && clock.monotonicMs() - touchedMs > RECENT_MS
    return isCalm && !isDark && container.state === 'running' && container.attached
  }

  #networkOf(process: SimulatedProcess): string | undefined {
    return this.groups.containerOf(process)?.networkName ?? undefined
  }
}
