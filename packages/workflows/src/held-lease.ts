import { seconds, type Clock, type Lease, type WorkflowStore } from '@cacheplane/domain'

export const LEASE_MS = seconds(10)
/** An effect may start only while this much of the lease is left: the longest that its own deadline lets it last. */
const MARGIN_MS = seconds(3)
const RENEW_EVERY_MS = seconds(2)

/** Thrown before an effect that the lease no longer covers. Whoever holds it now goes on from the rows. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

/**
 * A lease kept alive in the background while its workflow runs. A process that was frozen wakes up with the lease run
 * out by its own monotonic clock, and is refused every further effect (reliability A10).
 */
export class HeldLease {
  #validUntilMs: number
  #released = false

  constructor(
    readonly lease: Lease,
    private readonly store: Pick<WorkflowStore, 'renew'>,
    private readonly clock: Clock,
    claimedAtMs: number,
  ) {
    this.#validUntilMs = claimedAtMs + LEASE_MS
  }

  assertCovers(): void {
    if (this.#released || this.clock.monotonicMs() > this.#validUntilMs - MARGIN_MS) {
      throw new LeaseLost(`the lease of ${this.lease.workflowId} cannot be proved any more`)
    }
  }

  /** Renews until released. A failing database lets the lease run out, which is what stops the effects. */
  async keepAlive(): Promise<void> {
    while (!this.#released) {
      await this.clock.sleep(RENEW_EVERY_MS)
      if (this.#released) return
      const askedAtMs = this.clock.monotonicMs()
      const renewed = await this.store.renew(this.lease, LEASE_MS).catch(() => null)
      if (renewed === true) this.#validUntilMs = askedAtMs + LEASE_MS
      if (renewed === false) this.#released = true
    }
  }

  release(): void {
    this.#released = true
  }
}
