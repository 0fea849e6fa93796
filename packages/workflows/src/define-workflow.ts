import {
  Bug,
  HOME_STEP,
  hop,
  type Outcome,
  type Signal,
  type StepResult,
  type WorkflowKind,
  type WorkflowStore,
} from '@cacheplane/domain'
import type { z } from 'zod'
import { failpointName, type Failpoints } from './failpoints.ts'
import { LEASE, type LeaseTerms } from './held-lease.ts'
import { stepContext, type StepContext, type StepRecord } from './step-context.ts'

/** Every workflow begins at `start`, rests at `wait`, and is sent to `destroy` from anywhere by that signal. */
interface RequiredSteps {
  steps: { start: unknown; wait: unknown; destroy: unknown }
}

/** All that a workflow reads from the store by itself. */
type SubjectLoader = Pick<
  WorkflowStore,
  | 'loadNode'
  | 'loadReplicationGroup'
  | 'loadCacheCluster'
  | 'loadNodeGroup'
  | 'loadEdge'
  | 'loadDockerEngine'
  | 'loadZone'
  | 'loadSnapshot'
>

interface Definition<Subject, Frame, Step extends string> {
  kind: WorkflowKind
  lease?: LeaseTerms
  /** What the workflow remembers between steps besides its subject's rows. */
  frame: z.ZodType<Frame>
  /** Null when the subject's rows are gone, which ends the workflow. */
  load: (store: SubjectLoader, subjectId: string) => Promise<Subject | null>
  steps: { [S in Step]: (context: StepContext<Subject, Frame>) => Promise<StepResult<NoInfer<Step>>> }
}

type Surroundings = Parameters<typeof stepContext>[2]

/** What steps that passed the work on to one another have come to. */
interface Ran {
  outcome: Outcome
  /** The steps that were run, in their order. */
  passed: readonly string[]
  frame: Record<string, unknown>
  record: StepRecord
}

/** A workflow as the runner sees it: its subject's and frame's types are closed in. */
export interface Runbook {
  readonly kind: WorkflowKind
  readonly stepNames: readonly string[]
  readonly lease: LeaseTerms
  /** Loads the subject and runs the workflow's current step, and those that it passes on to; null when the subject is gone. */
  runStep(store: SubjectLoader, around: Surroundings, failpoints: Failpoints): Promise<Ran | null>
}

/** Checks a table of steps: a hop to a step that is not in the table, or a missing required step, does not compile. */
export const defineWorkflow =
  <Subject>() =>
  <Frame extends Record<string, unknown>, const Step extends string>(
    definition: Definition<Subject, Frame, Step> & RequiredSteps,
  ): Runbook => ({
    kind: definition.kind,
    stepNames: Object.keys(definition.steps),
    lease: definition.lease ?? LEASE,
    async runStep(store, around, failpoints) {
      const { step: first, subjectId } = around.workflow
      if (!isStep<Step>(definition.steps, first)) throw new Bug(`${definition.kind} has no step ${first}`)
      const reach = (step: string, position: 'before' | 'afterEffect') =>
        failpoints.reach(failpointName(definition.kind, step, position))
      await reach(first, 'before')
      const subject = await definition.load(store, subjectId)
      if (subject === null) return null
      const frame = definition.frame.parse(around.workflow.frame)
      const { context, record } = stepContext(subject, frame, around)
      const passed: Step[] = []
      let step: Step = first
      for (;;) {
        if (passed.push(step) > 1) await reach(step, 'before')
        const signals = signalsLeft(around.signals, record)
        const result: StepResult<Step> = await definition.steps[step]({ ...context, signals })
        await reach(step, 'afterEffect')
        const next = nextStep(result, passed, signalsLeft(around.signals, record))
        if (next === null) return { outcome: asOutcome(result), passed, frame, record }
        step = next
      }
    },
  })

const signalsLeft = (signals: ReadonlySet<Signal>, { cleared }: StepRecord): ReadonlySet<Signal> =>
  new Set([...signals].filter((signal) => !cleared.includes(signal)))

/**
 * Null when what is recorded is to be committed first: what is asked of a workflow at home is done with a fresh look at its
 * rows, and so is a step that comes round again.
 */
function nextStep<Step extends string>(
  result: StepResult<Step>,
  passed: readonly Step[],
  left: ReadonlySet<Signal>,
): Step | null {
  if (result.kind !== 'pass' || passed.includes(result.to)) return null
  return result.to === HOME_STEP && left.size > 0 ? null : result.to
}

const asOutcome = (result: StepResult): Outcome => (result.kind === 'pass' ? hop(result.to) : result)

function isStep<Step extends string>(steps: Record<Step, unknown>, name: string): name is Step {
  return Object.hasOwn(steps, name)
}
