import type { WorkflowStore } from '@cacheplane/domain'
import type { Advance } from './advance.ts'

export const SWEEP_EVERY_MS = 1_000
const SWEEP_MAX = 100

/** Advances what is due although nobody rang for it: with this alone everything converges, only slower. */
export async function sweep(store: Pick<WorkflowStore, 'due'>, advance: Advance): Promise<void> {
  for (const workflowId of await store.due(SWEEP_MAX)) void advance(workflowId)
}
