import { Worker } from 'bullmq'
import { JOBS, QUEUE_NAME } from './catalog.ts'
import { connect, CONSUMING, type QueueLog } from './connection.ts'

export interface Consumer {
  close(): Promise<void>
}

/** A job that lost its lock may run twice at once; the lease in Postgres is what keeps two workers apart. */
const STALLED_COUNT_MAX = 1_000

/** Hands each rung workflow to `advance`, up to `concurrency` at a time. A job that is not of the catalogue is dropped. */
export function consumeRings(options: {
  url: string
  concurrency: number
  log: QueueLog
  advance: (workflowId: string) => Promise<void>
}): Consumer {
  const { url, concurrency, log, advance } = options
  const connection = connect(url, CONSUMING, log)
  const worker = new Worker(
    QUEUE_NAME,
    async (job) => {
      const parsed = JOBS.advance.safeParse(job.data)
      if (job.name === 'advance' && parsed.success) await advance(parsed.data.workflowId)
      else log.warn({ job: job.name }, 'dropped a job that is not in the catalogue')
    },
    { connection, concurrency, maxStalledCount: STALLED_COUNT_MAX, skipVersionCheck: true },
  )
  worker.on('error', () => undefined)
  return {
    async close() {
      await worker.close().catch(() => undefined)
      connection.disconnect()
    },
  }
}
