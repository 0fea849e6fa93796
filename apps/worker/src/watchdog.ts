import { Worker } from 'node:worker_threads'

/** Well under a lease: a process that blocks for longer must die before another takes its work over. */
const SILENCE_MAX_MS = 6_000
const BEAT_EVERY_MS = 500

/**
 * Kills this process when its event loop stands still: it cannot renew its leases then, and would go on with an effect
 * that another worker has taken over (reliability A11). A process that was frozen from outside gets one full silence
 * after it thaws, because the thread was frozen with it; its leases by then protect the others from it.
 */
export function startWatchdog(threadUrl: URL, silenceMaxMs = SILENCE_MAX_MS): () => Promise<void> {
  const beats = new SharedArrayBuffer(4)
  const counter = new Int32Array(beats)
  const thread = new Worker(threadUrl, { workerData: { beats, silenceMaxMs } })
  thread.unref()
  const timer = setInterval(() => Atomics.add(counter, 0, 1), BEAT_EVERY_MS)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await thread.terminate()
  }
}
