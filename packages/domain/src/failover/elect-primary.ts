import type { NodeReading } from '../ports/node-reading.ts'
import { mayHaveCopy } from './may-have-copy.ts'

export interface Candidate {
  nodeId: string
  cacheClusterId: string
  zone: string
  /** The row says that it has had a full copy of this node group's data and was let in. */
  letIn: boolean
  /** It is to be made again, and loses what it has, promoted or not. */
  isGoing: boolean
  leaving: boolean
  /** Read after the primary was fenced: a reading from before may order the candidates wrongly (reliability F5, F6). */
  reading: NodeReading
}

export interface Election {
  candidates: readonly Candidate[]
  /** The history that the lost primary wrote; null when it is not known. */
  historyId: string | null
  lostZone: string
}

export interface Vote {
  nodeId: string
  cacheClusterId: string
  offset: number | null
  eligible: boolean
  /** It has the lost primary's own history. */
  isHeir: boolean
  because: string
  /** It may have a copy and could not be heard: asked again, it may be eligible. */
  mayCome: boolean
}

export type Elected =
  | { kind: 'elected'; nodeId: string; because: string; votes: Vote[] }
  | { kind: 'nobody'; because: string; votes: Vote[] }

/**
 * The replica that is furthest along the lost primary's history; among equals one in another zone, then the lowest id. Never
 * one that is loading or has an incomplete copy. One that still has the history before comes last, whatever its offset,
 * which counts something else (reliability F7): it is better than no data at all.
 */
export function electPrimary({ candidates, historyId, lostZone }: Election): Elected {
  const ranked = candidates
    .map((candidate) => ({ candidate, vote: voteOn(candidate, historyId) }))
    .sort((a, b) => compare(a, b, lostZone))
  const votes = ranked.map(({ vote }) => vote)
  const winner = ranked.find(({ vote }) => vote.eligible)
  if (winner === undefined) {
    const because = votes.map((vote) => `${vote.cacheClusterId}: ${vote.because}`).join('; ')
    return { kind: 'nobody', because: because === '' ? 'there is no replica' : because, votes }
  }
  return { kind: 'elected', nodeId: winner.vote.nodeId, because: winner.vote.because, votes }
}

interface Ranked {
  candidate: Candidate
  vote: Vote
}

function compare(a: Ranked, b: Ranked, lostZone: string): number {
  return (
    Number(b.vote.eligible) - Number(a.vote.eligible) ||
    Number(b.vote.isHeir) - Number(a.vote.isHeir) ||
    (b.vote.offset ?? -1) - (a.vote.offset ?? -1) ||
    Number(a.candidate.zone === lostZone) - Number(b.candidate.zone === lostZone) ||
    (a.candidate.cacheClusterId < b.candidate.cacheClusterId ? -1 : 1)
  )
}

function voteOn(
  { nodeId, cacheClusterId, reading, letIn, isGoing, leaving }: Candidate,
  historyId: string | null,
) {
  const vote = (eligible: boolean, because: string, offset: number | null = null, isHeir = false): Vote => ({
    mayCome: false,
    nodeId,
    cacheClusterId,
    offset,
    eligible,
    isHeir,
    because,
  })
  if (reading.kind !== 'serving') {
    const mayCome = mayHaveCopy(letIn, reading) && !isGoing && !leaving
    return { ...vote(false, reading.because), mayCome }
  }
  const { offset, loading, link, historyId: own } = reading.replication
  if (leaving) return vote(false, 'it is being taken out', offset)
  if (isGoing) return vote(false, 'it is being made again', offset)
  if (!reading.open)
    return vote(
      false,
      letIn ? 'it was started again and lost its data' : 'it has not had a full copy yet',
      offset,
    )
  if (loading || link?.syncing === true) return vote(false, 'its copy is not complete', offset)
  if (historyId !== null && own !== historyId)
    return vote(true, `it has the history before, up to ${offset}`, offset)
  return vote(true, `it has the history up to ${offset}`, offset, true)
}
