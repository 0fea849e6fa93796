import { milliseconds, seconds } from '../duration.ts'

/**
 * Of each engine's time, what moving slots may take: the rest is its clients'. An engine does one thing at a time, so that it
 * is this share of its clients who wait for a command of ours, and how long for is what one command takes.
 */
const SHARE = 0.25
const REST_MAX_MS = seconds(2)

/** What one command is to take at most. */
const PORTION_MS = milliseconds(1)
export const PORTION_FIRST = 16
const PORTION_MAX = 256
/** What takes so many times too long is large; what takes less may have met a busy machine. */
const BY_FAR = 8

/**
 * How long an engine is left to its clients after work of `tookMs`. Where processors are short, work takes longer, and rests
 * with it.
 */
export function restAfter(tookMs: number): number {
  return Math.min(REST_MAX_MS, (tookMs * (1 - SHARE)) / SHARE)
}

/**
 * How many keys go with the next command, after `sent` of at most `portion` took `tookMs`: keys of about the same size would
 * take their time. A few that went at once say little of many.
 */
export function planPortion(portion: number, sent: number, tookMs: number): number {
  const fitting = Math.floor((sent * PORTION_MS) / tookMs)
  const least = tookMs > BY_FAR * PORTION_MS ? 1 : Math.ceil(portion / 2)
  const most = sent < portion ? portion : 2 * portion
  return Math.min(PORTION_MAX, most, Math.max(least, fitting))
}
