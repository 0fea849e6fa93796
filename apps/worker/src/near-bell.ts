import { seconds, type Doorbell } from '@cacheplane/domain'
import type { Advance } from './advance.ts'

/** A failover's short naps may not depend on the queue, which may be gone when it is needed most. */
const NEAR_MS = seconds(1)

/**
 * Whoever wakes a workflow is awake already and goes on with it: the way through the queue would only cost time. What is
 * due later is left to the queue, where any worker may take it.
 */
export function nearBell(advance: Advance, queue: Doorbell): Doorbell {
  return {
    async ring(workflowId, delayMs = 0) {
      if (delayMs > NEAR_MS) await queue.ring(workflowId, delayMs)
      else if (delayMs > 0) setTimeout(() => void advance(workflowId), delayMs).unref()
      else void advance(workflowId)
    },
  }
}
