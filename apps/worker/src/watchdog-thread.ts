import { workerData } from 'node:worker_threads'

interface WatchdogData {
  beats: SharedArrayBuffer
  silenceMaxMs: number
}

const { beats, silenceMaxMs } = workerData as WatchdogData
const counter = new Int32Array(beats)

let last = Atomics.load(counter, 0)
let silentSinceMs = performance.now()

setInterval(() => {
  const current = Atomics.load(counter, 0)
  if (current !== last) {
    last = current
    silentSinceMs = performance.now()
  } else if (performance.now() - silentSinceMs > silenceMaxMs) {
    process.kill(process.pid, 'SIGKILL')
  }
}, 250)
