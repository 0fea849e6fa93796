/** Advances a workflow until it rests; never throws. */
export type Advance = (workflowId: string) => Promise<void>

/**
 * Bounds how many workflows this process advances at once. A request for one that is running already makes it run once
 * more afterwards: it may have come between the end of its nap's commit and the end of the run.
 */
export function boundAdvance(advance: Advance, concurrency: number): Advance {
  const running = new Map<string, { again: boolean }>()
  const waiting: (() => void)[] = []
  let places = concurrency

  const takePlace = async (): Promise<void> => {
    if (places > 0) places--
    else await new Promise<void>((resolve) => waiting.push(resolve))
  }
  const givePlace = (): void => {
    const next = waiting.shift()
    if (next === undefined) places++
    else next()
  }

  return async (workflowId) => {
    const current = running.get(workflowId)
    if (current !== undefined) {
      current.again = true
      return
    }
    const run = { again: false }
    running.set(workflowId, run)
    await takePlace()
    try {
      do {
        run.again = false
        await advance(workflowId)
      } while (run.again)
    } finally {
      running.delete(workflowId)
      givePlace()
    }
  }
}
