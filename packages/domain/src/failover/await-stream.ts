import type { NodeReading } from '../ports/node-reading.ts'

/**
 * That a replica's copy grows is not yet known. `sinceOffset` is how far along it was when its copy was first seen to be
 * complete, null before that.
 */
export interface AwaitedStream {
  sinceOffset: number | null
}

/**
 * Whether a replica has yet to receive something that its primary wrote after the copy. A copy that is complete says little:
 * engines hold back everything that comes after it until the replica acknowledges, which it does once a second, and what was
 * written meanwhile would be lost with the primary. The stream is never empty for long: a ping goes out each second.
 *
 * @param before what was awaited when it was last looked at; null when nothing was
 * @returns null once it is known to flow
 */
export function awaitStream(
  before: AwaitedStream | null,
  reading: NodeReading,
  inService: boolean,
): AwaitedStream | null {
  if (reading.kind !== 'serving') return inService ? before : { sinceOffset: null }
  if (!isInSync(reading)) return { sinceOffset: null }
  const { offset } = reading.replication
  if (before === null) return inService ? null : { sinceOffset: offset }
  if (before.sinceOffset === null) return { sinceOffset: offset }
  return offset > before.sinceOffset ? null : before
}

export function isInSync({
  replication: { link, loading },
}: Extract<NodeReading, { kind: 'serving' }>): boolean {
  return link !== null && link.up && !link.syncing && !loading
}
