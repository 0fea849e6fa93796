import type { Doorbell } from '@cacheplane/domain'
import { Queue } from 'bullmq'
import { QUEUE_NAME, type AdvanceJob } from './catalog.ts'
import { connect, RINGING, type QueueLog } from './connection.ts'

export interface ClosableDoorbell extends Doorbell {
  close(): Promise<void>
}

/** Rings through BullMQ. A queue that is down, full or slow costs at most two seconds and never an error. */
export function createDoorbell(options: { url: string; log: QueueLog }): ClosableDoorbell {
  const connection = connect(options.url, RINGING, options.log)
  const queue = new Queue<AdvanceJob>(QUEUE_NAME, {
    connection,
    skipVersionCheck: true,
    defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
  })
  queue.on('error', () => undefined)
  return {
    async ring(workflowId, delayMs = 0) {
      if (connection.status !== 'ready') return
      await queue.add('advance', { workflowId }, delayMs > 0 ? { delay: delayMs } : {}).catch(() => undefined)
    },
    async close() {
      await queue.close().catch(() => undefined)
      connection.disconnect()
    },
  }
}
