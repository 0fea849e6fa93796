import { Bug, type Outcome, type WorkflowKind, type WorkflowStore } from '@cacheplane/domain'
import type { z } from 'zod'
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
  steps: { [S in Step]: (context: StepContext<Subject, Frame>) => Promise<Outcome<NoInfer<Step>>> }
}

type Surroundings = Parameters<typeof stepContext>[2]

/** A workflow as the runner sees it: its subject's and frame's types are closed in. */
export interface Runbook {
  readonly kind: WorkflowKind
  readonly stepNames: readonly string[]
  readonly lease: LeaseTerms
  /** Loads the subject and runs the workflow's current step; null when the subject is gone. */
  runStep(
    store: SubjectLoader,
    around: Surroundings,
  ): Promise<{ outcome: Outcome; frame: Record<string, unknown>; record: StepRecord } | null>
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
    async runStep(store, around) {
      const { step, subjectId } = around.workflow
      if (!isStep(definition.steps, step)) throw new Bug(`${definition.kind} has no step ${step}`)
      const subject = await definition.load(store, subjectId)
      if (subject === null) return null
      const frame = definition.frame.parse(around.workflow.frame)
      const { context, record } = stepContext(subject, frame, around)
      const outcome = await definition.steps[step](context)
      return { outcome, frame, record }
    },
  })

function isStep<Step extends string>(steps: Record<Step, unknown>, name: string): name is Step {
  return Object.hasOwn(steps, name)
}
