import { milliseconds, seconds } from '../duration.ts'
import { unreachable } from '../errors.ts'
import type { NodeReading } from '../ports/node-reading.ts'

/** `lost` is a reason to change the primary, `suspect` to look again soon: after `leftMs` its patience is over, if it has any. */
export type PrimaryVerdict =
  | { kind: 'serving' }
  | { kind: 'suspect'; because: string; leftMs: number | null }
  | { kind: 'lost'; because: string; data: DataOfLost }

/**
 * What the lost primary held: gone with it; perhaps there again, when it thaws; or merely out of our sight, where it may be
 * served on.
 */
export type DataOfLost = 'gone' | 'frozen' | 'out-of-sight'

export interface PrimaryCase {
  reading: NodeReading
  replicas: readonly NodeReading[]
  /** Nobody has changed of late whom the replicas copy: a broken link means that their primary hung up on them. */
  isSettled: boolean
  /** For how long it has been looked at without being seen to serve. */
  silentMs: number
  /** A large key may be on its way, which makes it silent for so long. */
  sendingMs: number
}

/** Longer than a slow command that a well-kept application would send (reliability E4). */
const HUNG_MS = seconds(5)
/** Its Docker engine does not answer either: the zone is lost, and there is nothing slow to be mistaken for it. */
const UNREACHABLE_MS = seconds(1)
/**
 * And every replica that answers says in the same look that its link is broken. Their own connections tell that: no slowness
 * of ours, of the engine or of the network between makes it so.
 */
const FORSAKEN_MS = milliseconds(300)
const HUNG = { patienceMs: HUNG_MS, data: 'frozen' } as const
const UNREACHABLE = { patienceMs: UNREACHABLE_MS, data: 'out-of-sight' } as const
const FORSAKEN = { ...UNREACHABLE, patienceMs: FORSAKEN_MS }
/** Primaries ping their replicas each second; one that two of these did not reach is not heard. */
const HEARD_WITHIN_SECONDS = 2

/**
 * Whether the primary of a node group is lost. A dead or frozen one is; one that merely does not answer us is only when it
 * has been silent for long and none of its replicas hears it either (reliability F1, E4).
 */
export function judgePrimary({
  reading,
  replicas,
  isSettled,
  silentMs,
  sendingMs,
}: PrimaryCase): PrimaryVerdict {
  switch (reading.kind) {
    case 'serving':
      return judgeServing(reading)
    case 'dead':
      return { kind: 'lost', because: reading.because, data: 'gone' }
    case 'frozen':
      return { kind: 'lost', because: reading.because, data: 'frozen' }
    case 'silent':
      return judgeSilence(reading.because, replicas, silentMs, {
        ...HUNG,
        patienceMs: HUNG.patienceMs + sendingMs,
      })
    case 'unreachable':
      return judgeSilence(
        reading.because,
        replicas,
        silentMs,
        isSettled && isForsaken(replicas) ? FORSAKEN : UNREACHABLE,
      )
    case 'starting':
    case 'unknown':
      return { kind: 'suspect', because: reading.because, leftMs: null }
    default:
      return unreachable(reading)
  }
}

function judgeServing({ open, role }: Extract<NodeReading, { kind: 'serving' }>): PrimaryVerdict {
  // Nodes boot closed: this one was started again behind our back, and came up empty.
  if (!open) return { kind: 'lost', because: 'it was started again and lost its data', data: 'gone' }
  if (role === 'replica') return { kind: 'lost', because: 'it follows another node', data: 'frozen' }
  return { kind: 'serving' }
}

function judgeSilence(
  said: string,
  replicas: readonly NodeReading[],
  silentMs: number,
  { patienceMs, data }: { patienceMs: number; data: DataOfLost },
): PrimaryVerdict {
  if (replicas.some(hearsItsPrimary))
    return { kind: 'suspect', because: `${said}, but its replicas hear it`, leftMs: null }
  if (silentMs < patienceMs) return { kind: 'suspect', because: said, leftMs: patienceMs - silentMs }
  return { kind: 'lost', because: `${said} for ${Math.round(silentMs)} ms`, data }
}

function hearsItsPrimary(reading: NodeReading): boolean {
  if (reading.kind !== 'serving') return false
  const { link } = reading.replication
  return link?.up === true && link.lastHeardSeconds !== null && link.lastHeardSeconds < HEARD_WITHIN_SECONDS
}

function isForsaken(replicas: readonly NodeReading[]): boolean {
  const links = replicas.flatMap((one) => (one.kind === 'serving' ? [one.replication.link] : []))
  return links.length > 0 && links.every((link) => link !== null && !link.up && !link.syncing)
}
