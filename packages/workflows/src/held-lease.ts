import { seconds, type Clock, type Lease, type WorkflowStore } from '@cacheplane/domain'

export interface LeaseTerms {
  ms: number
  /** An effect may start only while this much of the lease is left: about as long as such effects take. */
  marginMs: number
  renewEveryMs: number
}

export const LEASE: LeaseTerms = { ms: seconds(10), marginMs: seconds(3), renewEveryMs: seconds(2) }

/** For what may not wait: who dies or freezes with it is followed within seconds. */
export const SHORT_LEASE: LeaseTerms = { ms: seconds(2.5), marginMs: seconds(1), renewEveryMs: seconds(0.6) }

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
    private readonly terms: LeaseTerms,
  ) {
    this.#validUntilMs = claimedAtMs + terms.ms
  }

  assertCovers(): void {
    if (this.#released || this.clock.monotonicMs() > this.#validUntilMs - this.terms.marginMs) {
      throw new LeaseLost(`the lease of ${this.lease.workflowId} cannot be proved any more`)
    }
  }

  /** Renews until released. A failing database lets the lease run out, which is what stops the effects. */
  async keepAlive(): Promise<void> {
    while (!this.#released) {
      await this.clock.sleep(this.terms.renewEveryMs)
      if (this.#released) return
      const askedAtMs = this.clock.monotonicMs()
      const renewed = await this.store.renew(this.lease, this.terms.ms).catch(() => null)
      if (renewed === true) this.#validUntilMs = askedAtMs + this.terms.ms
      if (renewed === false) this.#released = true
    }
  }

  release(): void {
    this.#released = true
  }
}
