import { setTimeout as sleep } from 'node:timers/promises'

const TRIES_MAX = 8
const JITTER_MIN_MS = 5
const JITTER_MAX_MS = 200

/** Serialization failure, deadlock, lock not had in time: the server undid everything. */
const LOST_RACE = new Set(['40001', '40P01', '55P03'])
/** The connection was refused or never made: nothing was done. */
const NOT_CONNECTED = new Set(['ECONNREFUSED', '57P03', '53300'])

/**
 * Repeats work that certainly had no effect. A connection lost in the middle is not repeated here: a commit may have
 * got through, and only the caller can read back whether it did.
 */
export async function retrying<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (tries >= TRIES_MAX || !hadNoEffect(error)) throw error
      await sleep(JITTER_MIN_MS + Math.random() * (JITTER_MAX_MS - JITTER_MIN_MS))
    }
  }
}

export function hadNoEffect(error: unknown): boolean {
  const code = codeOf(error)
  return code !== null && (LOST_RACE.has(code) || NOT_CONNECTED.has(code))
}

/** SQLSTATE or system error code, wherever pg and Prisma put it. */
export function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  if ('code' in error && typeof error.code === 'string') return error.code
  return null
}
