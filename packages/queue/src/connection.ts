import { Redis } from 'ioredis'

export interface QueueLog {
  warn(fields: object, message: string): void
}

interface ConnectionOptions {
  enableOfflineQueue?: boolean
  maxRetriesPerRequest: number | null
  commandTimeout?: number
  connectTimeout: number
}

/** Fails fast instead of queueing: a ring that cannot be delivered at once is left to the sweep. */
export const RINGING: ConnectionOptions = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  commandTimeout: 2_000,
  connectTimeout: 2_000,
}

/** Waits for the queue for as long as it takes: a consumer has nothing better to do. */
export const CONSUMING: ConnectionOptions = { maxRetriesPerRequest: null, connectTimeout: 2_000 }

/** One connection that reconnects within a second for ever and reports each outage once. */
export function connect(url: string, options: ConnectionOptions, log: QueueLog): Redis {
  const redis = new Redis(url, { ...options, retryStrategy: (times) => Math.min(times * 50, 1_000) })
  let reported = false
  redis.on('ready', () => (reported = false))
  redis.on('error', (error: Error) => {
    if (reported) return
    reported = true
    const code = 'code' in error ? error.code : error.name
    log.warn({ code }, 'the queue cannot be reached; the sweep goes on without it')
  })
  return redis
}
