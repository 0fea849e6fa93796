import { seconds } from '../duration.ts'
import type { Hop } from '../ports/edges.ts'
import type { NodeReading } from '../ports/node-reading.ts'

export interface ReplicaCase {
  reading: NodeReading
  /** Where its primary may see it: inside its network, or where it is published. */
  at: readonly Hop[]
  /** Whom it copies, as that was just seen. */
  source: NodeReading | undefined
  /** For how long it has been looked at without a word from it. */
  silentMs: number
  /** A large key may be on its way, which makes it silent for so long. */
  sendingMs: number
}

/** `given-up`: it is to be made again, although nobody knows that it is dead. */
export type ReplicaVerdict = { kind: 'alive' } | { kind: 'borne' } | { kind: 'given-up'; because: string }

/** A node that others can stand in for, and that is merely silent for so long, is made again. */
const SILENT_MS = seconds(5)

/**
 * Whether a replica is to be made again. One that takes in a copy on a slow machine answers nobody for as long as that takes,
 * and would begin anew for ever: what its primary says of it counts as a word of its own. A primary hangs up within ten
 * seconds on a replica that hangs. One whose engine cannot be reached could not be replaced there, and is as good as ever if
 * the engine comes back with it.
 */
export function judgeReplica({ reading, at, source, silentMs, sendingMs }: ReplicaCase): ReplicaVerdict {
  switch (reading.kind) {
    case 'serving':
    case 'starting':
      return { kind: 'alive' }
    case 'dead':
    case 'unreachable':
      return { kind: 'borne' }
    case 'silent':
      if (isHeardBy(source, at)) return { kind: 'alive' }
      break
    case 'frozen':
    case 'unknown':
      break
  }
  if (silentMs < SILENT_MS + sendingMs) return { kind: 'borne' }
  return { kind: 'given-up', because: `${reading.because} for ${Math.round(silentMs)} ms` }
}

function isHeardBy(source: NodeReading | undefined, at: readonly Hop[]): boolean {
  if (source?.kind !== 'serving') return false
  const listed = source.replication.replicas.filter((replica) =>
    at.some(({ host, port }) => host === replica.at.host && port === replica.at.port),
  )
  return listed.some(({ isCopying, lagSeconds }) => isCopying || seconds(lagSeconds) < SILENT_MS)
}
