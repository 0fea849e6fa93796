import { closeSync, copyFileSync, openSync, statSync, truncateSync } from 'node:fs'

const CAP_BYTES = 10 << 20

/**
 * A log file that a child writes to directly, so that the child survives its supervisor. Opened for appending: after
 * `cap` has emptied it the child goes on at its new end.
 */
export function openLog(file: string): number {
  return openSync(file, 'a', 0o600)
}

/** Moves a log that has grown too large aside, replacing the one moved before. */
export function capLog(file: string, capBytes: number = CAP_BYTES): void {
  try {
    if (statSync(file).size <= capBytes) return
    closeSync(openSync(`${file}.1`, 'a', 0o600))
    copyFileSync(file, `${file}.1`)
    truncateSync(file, 0)
  } catch {
    // A full disk must not stop the service; the next round tries again.
  }
}
