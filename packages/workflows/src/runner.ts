import {
  Bug,
  describeError,
  DESTROY_STEP,
  done,
  seconds,
  StaleLease,
  type Claim,
  type Clock,
  type Committed,
  type Doorbell,
  type Fleet,
  type RandomBytes,
  type StepCommit,
  type Workflow,
  type WorkflowKind,
  type WorkflowStore,
} from '@cacheplane/domain'
import type { Runbook } from './define-workflow.ts'
import { failpointName, type Failpoints } from './failpoints.ts'
import { guardFleet } from './guard-fleet.ts'
import { HeldLease, LEASE, LeaseLost } from './held-lease.ts'
import { retryDelayMs } from './retry-delay.ts'

export interface RunnerDeps {
  /** Names this process in leases. */
  owner: string
  store: WorkflowStore
  fleet: Fleet
  doorbell: Doorbell
  clock: Clock
  random: RandomBytes
  failpoints: Failpoints
  runbooks: readonly Runbook[]
  log: RunnerLog
}

export interface RunnerLog {
  debug(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/** Longer naps are left to the sweep: a second more or less is nothing to them. */
const RING_WITHIN_MS = seconds(5)

/** Advances workflows, one lease at a time each: steps that follow one another run back to back in one hold. */
export class Runner {
  readonly #runbooks: ReadonlyMap<WorkflowKind, Runbook>
  readonly #leaseMs: Partial<Record<WorkflowKind, number>>

  constructor(private readonly deps: RunnerDeps) {
    this.#runbooks = new Map(deps.runbooks.map((runbook) => [runbook.kind, runbook]))
    this.#leaseMs = Object.fromEntries(deps.runbooks.map(({ kind, lease }) => [kind, lease.ms]))
  }

  /** Runs a workflow until it naps or ends. Does nothing when it is held by another or not due. Never throws. */
  async advance(workflowId: string): Promise<void> {
    const { store, clock, owner, log } = this.deps
    const claimedAtMs = clock.monotonicMs()
    const claim = await store.claim(workflowId, owner, LEASE.ms, this.#leaseMs).catch((error: unknown) => {
      log.warn({ workflowId, error: describeError(error) }, 'could not claim the workflow')
      return null
    })
    if (claim === null) return
    const held = new HeldLease(claim.lease, store, clock, claimedAtMs, this.#runbookOf(claim).lease)
    void held.keepAlive()
    try {
      await this.#run(claim, held)
    } catch (error) {
      await this.#setBack(claim, error)
    } finally {
      held.release()
    }
  }

  async #run(claim: Claim, held: HeldLease): Promise<void> {
    for (;;) {
      const step = await this.#step(claim, held)
      const committed = await this.deps.store.commit(claim.lease, step)
      for (const passed of step.passed) await this.#committed(claim, passed)
      this.#ring(claim, step, committed)
      if (committed.kind === 'napping' || committed.kind === 'finished') return
      const { outcome } = step
      claim.workflow = {
        ...claim.workflow,
        step: outcome.kind === 'hop' ? outcome.to : (step.passed.at(-1) ?? claim.workflow.step),
        frame: step.frame,
        attempts: 0,
        deadlineAt: committed.deadlineAt,
      }
      claim.signals = committed.signals
      claim.wakes = committed.wakes
    }
  }

  /** Observes, decides and acts; what it returns takes effect in the commit. */
  async #step(claim: Claim, held: HeldLease): Promise<StepCommit & { passed: readonly string[] }> {
    const { store, fleet, clock, random, failpoints } = this.deps
    const { signals, wakes } = claim
    const workflow = obedient(claim)
    const around = {
      workflow,
      signals,
      overdue: workflow.deadlineAt !== null && workflow.deadlineAt <= clock.now(),
      fleet: guardFleet(fleet, () => held.assertCovers()),
      now: () => clock.now(),
      random,
    }
    const ran = await this.#runbookOf(claim).runStep(store, around, failpoints)
    if (ran === null) return { ...BLANK, wakes, frame: workflow.frame, outcome: done() }
    const { outcome, passed, frame, record } = ran
    return {
      outcome,
      passed,
      frame,
      wakes,
      clear: record.cleared,
      changes: record.changes,
      ...(record.deadlineMs === undefined ? {} : { deadlineMs: record.deadlineMs }),
      ...(record.failure === undefined ? {} : { failure: record.failure }),
    }
  }

  #runbookOf({ workflow: { kind } }: Claim): Runbook {
    const runbook = this.#runbooks.get(kind)
    if (runbook === undefined) throw new Bug(`no runbook for ${kind}`)
    return runbook
  }

  #ring(claim: Claim, { outcome }: StepCommit, committed: Committed): void {
    const { doorbell } = this.deps
    for (const id of committed.woken) void doorbell.ring(id)
    if (committed.kind !== 'napping' || outcome.kind !== 'nap') return
    if (outcome.ms <= RING_WITHIN_MS) void doorbell.ring(claim.workflow.id, outcome.ms)
  }

  async #setBack(claim: Claim, error: unknown): Promise<void> {
    const { store, random, log } = this.deps
    const { id: workflowId, kind, step, attempts } = claim.workflow
    if (error instanceof LeaseLost || error instanceof StaleLease) {
      log.debug({ workflowId, kind, step }, 'the lease is lost; another worker goes on')
      return
    }
    const retryMs = retryDelayMs(attempts, (random(1)[0] ?? 0) / 256)
    log.warn({ workflowId, kind, step, attempts, retryMs, error: describeError(error) }, 'the step failed')
    await store.setBack(claim.lease, describeError(error), retryMs).then(
      () => this.deps.doorbell.ring(workflowId, retryMs),
      (failure: unknown) =>
        log.debug({ workflowId, error: describeError(failure) }, 'could not set the workflow back'),
    )
  }

  #committed({ workflow: { kind } }: Claim, step: string): Promise<void> {
    return this.deps.failpoints.reach(failpointName(kind, step, 'afterCommit'))
  }
}

const BLANK = { passed: [], clear: [], changes: [] } as const

/** What is to be destroyed goes on with that, wherever it stands. */
function obedient({ workflow, signals }: Claim): Workflow {
  const isAsked = signals.has('destroy') && !workflow.step.startsWith(DESTROY_STEP)
  return isAsked ? { ...workflow, step: DESTROY_STEP } : workflow
}
