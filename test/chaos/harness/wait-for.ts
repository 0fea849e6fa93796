import { setTimeout as sleep } from 'node:timers/promises'

const LOOK_EVERY_MS = 50

/** Looks until `accept` takes what it sees; fails with a sentence that quotes the last look. */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T>,
  accept: (seen: T) => boolean,
  withinMs: number,
): Promise<T> {
  const deadlineMs = performance.now() + withinMs
  for (;;) {
    const seen = await look()
    if (accept(seen)) return seen
    if (performance.now() > deadlineMs)
      throw new Error(`waited ${withinMs / 1_000} s for ${what}, but saw ${JSON.stringify(seen)}`)
    await sleep(LOOK_EVERY_MS)
  }
}
