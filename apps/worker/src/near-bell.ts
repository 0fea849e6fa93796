import type { Doorbell } from '@cacheplane/domain'
import type { Advance } from './advance.ts'

/**
 * Whoever wakes a workflow is awake already and goes on with it: the way through the queue would only cost time. What is
 * due later is left to the queue, where any worker may take it.
 */
export function nearBell(advance: Advance, queue: Doorbell): Doorbell {
  return {
    async ring(workflowId, delayMs = 0) {
      if (delayMs > 0) await queue.ring(workflowId, delayMs)
      else void advance(workflowId)
    },
  }
}
