import { workerData } from 'node:worker_threads'

interface WatchdogData {
  beats: SharedArrayBuffer
  silenceMaxMs: number
}

const LOOK_EVERY_MS = 250
/** A thread that was held up for this long was frozen together with the loop that it watches. */
const HELD_UP_MS = 1_000

const { beats, silenceMaxMs } = workerData as WatchdogData
const counter = new Int32Array(beats)

let last = Atomics.load(counter, 0)
let silentSinceMs = performance.now()
let lookedAtMs = silentSinceMs

setInterval(() => {
  const current = Atomics.load(counter, 0)
  const nowMs = performance.now()
  const wasFrozen = nowMs - lookedAtMs > HELD_UP_MS
  lookedAtMs = nowMs
  if (current !== last || wasFrozen) {
    last = current
    silentSinceMs = nowMs
  } else if (nowMs - silentSinceMs > silenceMaxMs) {
    process.kill(process.pid, 'SIGKILL')
  }
}, LOOK_EVERY_MS)
