import type { Clock } from '@cacheplane/domain'

/** Runs `task` again and again with `intervalMs` between the end of one run and the start of the next; errors go to `onError`. */
export function every(
  clock: Clock,
  intervalMs: number,
  task: () => Promise<void>,
  onError: (error: unknown) => void,
): () => Promise<void> {
  let stopped = false
  const loop = async (): Promise<void> => {
    while (!stopped) {
      await task().catch(onError)
      if (!stopped) await clock.sleep(intervalMs)
    }
  }
  const running = loop()
  return async () => {
    stopped = true
    await Promise.race([running, clock.sleep(1_000)])
  }
}
