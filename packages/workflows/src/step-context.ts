import type { Change, Fleet, NewEvent, RandomBytes, Signal, Workflow } from '@cacheplane/domain'

/** What a step sees and what it may do. Everything it records takes effect with its outcome, in one transaction. */
export interface StepContext<Subject, Frame> {
  /** Read afresh for this step. */
  readonly subject: Subject
  readonly workflow: Workflow
  readonly signals: ReadonlySet<Signal>
  /** Whether the deadline of the current stage has passed. */
  readonly overdue: boolean
  /** Refuses to act once the lease can no longer be proved. */
  readonly fleet: Fleet
  readonly random: RandomBytes
  /** Wall time, for timelines and for how long something has lasted. */
  now(): Date
  /** Remembered across steps; change it in place. */
  readonly frame: Frame
  change(change: Change): void
  event(accountId: string, event: NewEvent): void
  clear(signal: Signal): void
  /** The stage that begins now should be over within `ms`; null for a stage that may last. */
  deadline(ms: number | null): void
  /** Notes for the user why the creation is given up. */
  fail(because: string): void
}

/** What a step recorded, on its way into the commit. */
export interface StepRecord {
  changes: Change[]
  cleared: Signal[]
  deadlineMs?: number | null
  failure?: string
}

interface Surroundings {
  workflow: Workflow
  signals: ReadonlySet<Signal>
  overdue: boolean
  fleet: Fleet
  random: RandomBytes
  now: () => Date
}

export function stepContext<Subject, Frame>(
  subject: Subject,
  frame: Frame,
  around: Surroundings,
): { context: StepContext<Subject, Frame>; record: StepRecord } {
  const record: StepRecord = { changes: [], cleared: [] }
  const context: StepContext<Subject, Frame> = {
    ...around,
    subject,
    frame,
    change: (change) => void record.changes.push(change),
    event: (accountId, event) => void record.changes.push({ do: 'record-event', accountId, event }),
    clear: (signal) => void record.cleared.push(signal),
    deadline: (ms) => void (record.deadlineMs = ms),
    fail: (because) => void (record.failure = because),
  }
  return { context, record }
}
