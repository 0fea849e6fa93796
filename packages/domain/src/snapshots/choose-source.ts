import type { NodeReading } from '../ports/node-reading.ts'

/** A node that a snapshot could be read from, as it was just seen. */
export interface SourceCandidate {
  nodeId: string
  cacheClusterId: string
  isPrimary: boolean
  /** It was let in with all of the node group's data. */
  inService: boolean
  reading: NodeReading
}

export type SourceChoice =
  { kind: 'chosen'; nodeId: string; because: string } | { kind: 'none'; because: string }

/**
 * Whom to read: a replica where one is complete, so that the primary need not fork; the one furthest along, and the first by
 * name among equals. What is read last of all is read from the primary, which has everything.
 *
 * @param wanted the cache cluster that was named; null leaves the choice
 */
export function chooseSource(
  candidates: readonly SourceCandidate[],
  wanted: string | null,
  isFinal: boolean,
): SourceChoice {
  const named = candidates.filter((one) =>
    isFinal ? one.isPrimary : wanted === null || one.cacheClusterId === wanted,
  )
  const able = named.filter(isAble)
  const replicas = able.filter((one) => !one.isPrimary).sort(furthestFirst)
  const [best = able.find((one) => one.isPrimary)] = replicas
  if (best === undefined) return { kind: 'none', because: whyNone(named) }
  return { kind: 'chosen', nodeId: best.nodeId, because: whyBest(best, wanted, isFinal) }
}

function whyBest({ isPrimary }: SourceCandidate, wanted: string | null, isFinal: boolean): string {
  if (isFinal) return 'the primary has everything'
  if (wanted !== null) return 'it was asked for by name'
  return isPrimary ? 'no replica has a complete copy' : 'it is the replica furthest along'
}

function isAble({ reading, inService, isPrimary }: SourceCandidate): boolean {
  if (reading.kind !== 'serving' || !inService || reading.replication.loading) return false
  const { link } = reading.replication
  return isPrimary ? reading.role === 'primary' : link !== null && link.up && !link.syncing
}

function furthestFirst(a: SourceCandidate, b: SourceCandidate): number {
  return offsetOf(b) - offsetOf(a) || a.cacheClusterId.localeCompare(b.cacheClusterId)
}

const offsetOf = ({ reading }: SourceCandidate): number =>
  reading.kind === 'serving' ? reading.replication.offset : -1

function whyNone(candidates: readonly SourceCandidate[]): string {
  if (candidates.length === 0) return 'there is no node to read it from'
  const said = candidates.map(({ cacheClusterId, reading }) =>
    reading.kind === 'serving'
      ? `${cacheClusterId} has no complete copy`
      : `${cacheClusterId} does not serve: ${reading.because}`,
  )
  return said.join('; ')
}
