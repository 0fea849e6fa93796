import type { RedisOptions } from 'ioredis'

/** An endpoint as the API answers it. */
export interface Endpoint {
  address: string
  port: number
}

export interface Credentials {
  /** The CA's certificate (`/v1/ca-certificate`), which turns TLS on. */
  ca?: string
  username?: string
  authToken?: string
}

const CONNECT_MS = 2_000
/** Longer than the five seconds after which a frozen primary is replaced, so that it only ends what nobody will end. */
const SILENCE_MS = 10_000
const KEEP_ALIVE_MS = 1_000
const FIRST_RETRIES = 100
const FIRST_RETRY_MS = 10
const LATER_RETRY_MS = 100

/**
 * Retries almost at once for as long as a failover takes, and then ten times a second, each client at a moment of its
 * own. ioredis's own begins at 50 ms, grows, and waits 10 s for an address that swallows the connection.
 */
export function retryDelay(times: number): number {
  const base = times <= FIRST_RETRIES ? FIRST_RETRY_MS : LATER_RETRY_MS
  return base + Math.floor(Math.random() * base)
}

export function redisOptions({ ca, username, authToken }: Credentials) {
  return {
    connectTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    keepAlive: KEEP_ALIVE_MS,
    // Commands wait for the new primary instead of failing; the patterns have time-outs of their own.
    maxRetriesPerRequest: null,
    autoResendUnfulfilledCommands: true,
    // A connection to what was the primary a moment ago leads to the new one when it is made again.
    reconnectOnError: (error: Error) => (error.message.startsWith('READONLY') ? (2 as const) : false),
    ...(ca === undefined ? {} : { tls: { ca } }),
    ...(username === undefined ? {} : { username }),
    ...(authToken === undefined ? {} : { password: authToken }),
  } satisfies RedisOptions
}
