import { STAMP_LENGTH, stampOf } from './stamp.ts'

/** What a key can hold: a value (or the knowledge that there is none), a loader's lease, or the marks of writers. */
export type CacheRecord =
  | {
      kind: 'value'
      stamp: string
      /** Null: the source has no such thing. Otherwise encoded. */
      payload: string | null
      freshUntil: number
      /** Somebody loads it anew until then; 0 for nobody. */
      leasedUntil: number
      /** Stamps of its tags when it was loaded. */
      tags: string
    }
  | { kind: 'lease'; stamp: string; leasedUntil: number }
  | { kind: 'writers'; stamp: string; writers: readonly Writer[]; isContested: boolean }

export interface Writer {
  token: string
  until: number
}

const RADIX = 36
const CODES = { value: 'V', absent: 'A', lease: 'L', alone: 'W', contested: 'C' } as const

export function encodeRecord(record: CacheRecord): string {
  const { stamp } = record
  switch (record.kind) {
    case 'value': {
      const code = record.payload === null ? CODES.absent : CODES.value
      const head = [record.freshUntil.toString(RADIX), record.leasedUntil.toString(RADIX), record.tags]
      return `${stamp}${code}${head.join(':')}:${record.payload ?? ''}`
    }
    case 'lease':
      return `${stamp}${CODES.lease}${record.leasedUntil.toString(RADIX)}`
    case 'writers': {
      const code = record.isContested ? CODES.contested : CODES.alone
      return `${stamp}${code}${record.writers.map(({ token, until }) => `${token}@${until.toString(RADIX)}`).join(',')}`
    }
  }
}

/** Null when it is not one of ours, or damaged. */
export function decodeRecord(text: string): CacheRecord | null {
  const stamp = stampOf(text)
  const code = text[STAMP_LENGTH]
  switch (code) {
    case CODES.value:
    case CODES.absent:
      return decodeValue(text, stamp, code === CODES.absent)
    case CODES.lease: {
      const leasedUntil = parseInt(text.slice(STAMP_LENGTH + 1), RADIX)
      return Number.isNaN(leasedUntil) ? null : { kind: 'lease', stamp, leasedUntil }
    }
    case CODES.alone:
    case CODES.contested:
      return {
        kind: 'writers',
        stamp,
        writers: decodeWriters(text.slice(STAMP_LENGTH + 1)),
        isContested: code === CODES.contested,
      }
    default:
      return null
  }
}

/**
 * The payload of an untagged value that is there and fresh; null for everything else, which `decodeRecord` tells apart.
 * Most reads need no more, and so no object is made.
 */
export function freshPayload(text: string, now: number): string | null {
  if (text[STAMP_LENGTH] !== CODES.value) return null
  const first = text.indexOf(':', STAMP_LENGTH + 1)
  const second = text.indexOf(':', first + 1)
  // Nothing between the second and the third: it has no tags.
  if (first < 0 || second < 0 || text[second + 1] !== ':') return null
  return parseInt(text.slice(STAMP_LENGTH + 1, first), RADIX) > now ? text.slice(second + 2) : null
}

function decodeValue(text: string, stamp: string, isAbsent: boolean): CacheRecord | null {
  const first = text.indexOf(':', STAMP_LENGTH + 1)
  const second = text.indexOf(':', first + 1)
  const third = text.indexOf(':', second + 1)
  if (first < 0 || second < 0 || third < 0) return null
  const freshUntil = parseInt(text.slice(STAMP_LENGTH + 1, first), RADIX)
  const leasedUntil = parseInt(text.slice(first + 1, second), RADIX)
  if (Number.isNaN(freshUntil) || Number.isNaN(leasedUntil)) return null
  const payload = isAbsent ? null : text.slice(third + 1)
  return { kind: 'value', stamp, payload, freshUntil, leasedUntil, tags: text.slice(second + 1, third) }
}

function decodeWriters(text: string): Writer[] {
  return text.split(',').flatMap((part) => {
    const [token = '', until = ''] = part.split('@')
    const at = parseInt(until, RADIX)
    return token === '' || Number.isNaN(at) ? [] : [{ token, until: at }]
  })
}
