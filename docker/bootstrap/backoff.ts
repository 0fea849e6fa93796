const FIRST_MS = 200
const LAST_MS = 5_000
/** A program that ran this long has recovered from whatever made it end before. */
const STABLE_MS = 30_000

/** How long to wait before a program is started again, given how often in a row it ended early. */
export function restartDelayMs(earlyEnds: number): number {
  return Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(earlyEnds, 10))
}

export function countEarlyEnds(before: number, uptimeMs: number): number {
  return uptimeMs >= STABLE_MS ? 0 : before + 1
}
