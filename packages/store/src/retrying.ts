import { setTimeout as sleep } from 'node:timers/promises'

const TRIES_MAX = 8
const PATIENCE_MS = 6_000
const JITTER_MIN_MS = 5
const JITTER_MAX_MS = 200

/** Serialization failure, deadlock, lock not had in time: the server undid everything. */
const LOST_RACE = /^(40001|40P01|55P03|P2034)$/
/** The connection was refused or never made: nothing was done. */
const NOT_CONNECTED = /^(ECONNREFUSED|57P03|53300|P1001|P1002|P2024)$/
const NOT_CONNECTED_MESSAGE =
  /^(timeout exceeded when trying to connect|Connection terminated due to connection)/
/** It was there and is gone: what was sent last may or may not have had its effect. */
const CONNECTION_LOST = /^(08\w{3}|57P01|57P02|ECONNRESET|EPIPE|P1017)$/
/** The driver gives these no code. */
const CONNECTION_LOST_MESSAGE = /^(Connection terminated|Client has encountered a connection error)/

/**
 * Repeats work as long as `mayRepeat` says of its error that it may be done again: at most eight times within six
 * seconds, after a random pause, so that those who lost a race against each other do not meet again.
 */
export async function retrying<T>(
  work: () => Promise<T>,
  mayRepeat: (error: unknown) => boolean,
): Promise<T> {
  const started = performance.now()
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      const isOver = tries >= TRIES_MAX || performance.now() - started > PATIENCE_MS
      if (isOver || !mayRepeat(error)) throw error
      await sleep(JITTER_MIN_MS + Math.random() * (JITTER_MAX_MS - JITTER_MIN_MS))
    }
  }
}

/** Certainly nothing was changed. */
function hadNoEffect(error: unknown): boolean {
  return matches(error, LOST_RACE, /^$/) || matches(error, NOT_CONNECTED, NOT_CONNECTED_MESSAGE)
}

export function lostConnection(error: unknown): boolean {
  return matches(error, CONNECTION_LOST, CONNECTION_LOST_MESSAGE)
}

/** For work that may have its effect twice. */
export function isPassing(error: unknown): boolean {
  return hadNoEffect(error) || lostConnection(error)
}

/** SQLSTATE, system error code or Prisma's own, wherever the driver and Prisma put it. */
function matches(error: unknown, codes: RegExp, messages: RegExp): boolean {
  if (!(error instanceof Error)) return false
  if ('code' in error && typeof error.code === 'string') return codes.test(error.code)
  return messages.test(error.message) || matches(error.cause, codes, messages)
}
