import type { CacheRecord, Writer } from './record.ts'

/**
 * Who may put what where another record stands. Pure, so that it is the same on every engine:
 *
 * - A loader may fill a key only with the lease that it claimed before it asked the source.
 * - A writer marks the key before it writes to the source. The mark ends every lease, and while it stands nobody gets one.
 * - A writer that was alone from its mark to its end leaves the new value; writers that overlapped leave nothing,
 *   because only the source knows which of them came last.
 */
export interface Times {
  now: number
  leaseMs: number
}

export type Claim =
  | { kind: 'claimed'; record: CacheRecord }
  /** Another loader is at it. */
  | { kind: 'awaited' }
  /** A writer is at it, so that what is loaded now must not be kept. */
  | { kind: 'closed' }

/** How a loader may begin, given what it saw. `isKept` leaves an old value readable while it is loaded anew. */
export function claim(
  seen: CacheRecord | null,
  stamp: string,
  { now, leaseMs }: Times,
  isKept: boolean,
): Claim {
  if (seen?.kind === 'writers') return { kind: 'closed' }
  if (seen !== null && seen.leasedUntil > now) return { kind: 'awaited' }
  const leasedUntil = now + leaseMs
  if (seen?.kind === 'value' && isKept) return { kind: 'claimed', record: { ...seen, stamp, leasedUntil } }
  return { kind: 'claimed', record: { kind: 'lease', stamp, leasedUntil } }
}

/** The record by which a writer announces itself. */
export function mark(
  seen: CacheRecord | null,
  stamp: string,
  writer: Writer,
  now: number,
): CacheRecord & { kind: 'writers' } {
  const others = seen?.kind === 'writers' ? seen.writers.filter(({ until }) => until > now) : []
  return { kind: 'writers', stamp, writers: [...others, writer], isContested: others.length > 0 }
}

/**
 * What a writer leaves that cannot leave its value: the marks of the others, or nothing (null). Without a token, what
 * an invalidation leaves.
 */
export function withdraw(
  seen: CacheRecord,
  stamp: string,
  token: string | null,
  now: number,
): CacheRecord | null {
  if (seen.kind !== 'writers') return null
  const others = seen.writers.filter((one) => one.token !== token && one.until > now)
  return others.length === 0 ? null : { kind: 'writers', stamp, writers: others, isContested: true }
}
