export const WORKFLOW_KINDS = [
  'replication-group',
  'cache-cluster',
  'node-group',
  'node',
  'edge',
  'docker-engine',
  'availability-zone',
  'snapshot',
] as const
export type WorkflowKind = (typeof WORKFLOW_KINDS)[number]

/**
 * What can be asked of a workflow. Raising one is idempotent and wakes the workflow. `retire` stands on what is to be destroyed
 * once its final snapshot is kept, which raises the other, or takes this one back.
 */
export const SIGNALS = [
  'destroy',
  'checkup',
  'replace',
  'failover',
  'converge',
  'configure',
  'retire',
] as const
export type Signal = (typeof SIGNALS)[number]

/** What readers need of a workflow in order to derive a status. */
export interface WorkflowView {
  step: string
  signals: readonly Signal[]
  /** When it first reached `wait`, its home step; null while the resource is being created. */
  firstHomeAt: Date | null
  /** Why creation was given up; null otherwise. */
  failure: string | null
  /** The reason given with the last nap. */
  because: string | null
}

export interface Workflow extends WorkflowView {
  id: string
  kind: WorkflowKind
  subjectId: string
  parentId: string | null
  frame: Record<string, unknown>
  /** Consecutive runs of the current step that ended in an error or a crash. */
  attempts: number
  /** When the current stage should be over; what happens then is up to the step. */
  deadlineAt: Date | null
}

/** How a run of steps ends: go on at another step, come back later, or be finished for ever. */
export type Outcome<Step extends string = string> =
  { kind: 'hop'; to: Step } | { kind: 'nap'; ms: number; because: string } | { kind: 'done' }

/** What a step returns: an outcome, or that another step goes on with the same subject, in the same commit. */
export type StepResult<Step extends string = string> = Outcome<Step> | { kind: 'pass'; to: Step }

/**
 * Goes on at another step once what this one has recorded is committed. For whatever has to be on record before the other
 * one acts.
 */
export const hop = <const S extends string>(to: S) => ({ kind: 'hop', to }) as const
/** Goes on at another step at once: a crash there repeats this one. Saves a commit and a look at the rows. */
export const pass = <const S extends string>(to: S) => ({ kind: 'pass', to }) as const
export const nap = (ms: number, because: string) => ({ kind: 'nap', ms, because }) as const
export const done = () => ({ kind: 'done' }) as const

/** Home step of every workflow, and the steps every workflow must have. */
export const HOME_STEP = 'wait'
export const START_STEP = 'start'
export const DESTROY_STEP = 'destroy'
/** Resting step of a creation that was given up. */
export const FAILED_STEP = 'failed'
