import type { StepContext } from './step-context.ts'

/** Whoever is made of this one may be waiting for it. */
export function wakeOwner<Subject, Frame>(c: StepContext<Subject, Frame>): void {
  if (c.workflow.parentId !== null) c.change({ do: 'wake', workflowId: c.workflow.parentId })
}
