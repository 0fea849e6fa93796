import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aServingReading } from '../../../../test/support/builders.ts'
import type { NodeReading } from '../ports/node-reading.ts'
import { judgePrimary } from './judge-primary.ts'

const link = { source: { host: '10.0.0.2', port: 1 }, up: true, syncing: false, lastHeardSeconds: 0 }
const replication = {
  historyId: 'h',
  formerHistoryId: null,
  offset: 1,
  keys: 1,
  keysElsewhere: 0,
  undone: 0,
  loading: false,
  replicas: [],
}
const hearing: NodeReading = aServingReading({ role: 'replica', replication: { ...replication, link } })
const linked = (changed: Partial<typeof link>): NodeReading =>
  aServingReading({ role: 'replica', replication: { ...replication, link: { ...link, ...changed } } })
const deaf = linked({ up: false })
const because = 'x'

const judge = (reading: NodeReading, replicas: NodeReading[] = [], silentMs = 0, sendingMs = 0) =>
  judgePrimary({ reading, replicas, isSettled: false, silentMs, sendingMs })

describe('a primary', () => {
  it('that serves as what it is, is left in peace', () => {
    expect(judge(aServingReading()).kind).toBe('serving')
  })

  it.each<[NodeReading['kind'], string]>([
    ['dead', 'gone'],
    ['frozen', 'frozen'],
  ])('that is %s is lost at once, whatever its replicas believe', (kind, data) => {
    expect(judge({ kind, because } as NodeReading, [hearing])).toEqual({ kind: 'lost', because, data })
  })

  it('that was started again behind our back is lost: it came up empty', () => {
    expect(judge(aServingReading({ open: false }))).toMatchObject({ kind: 'lost', data: 'gone' })
  })

  it('that is merely silent is lost only after five seconds, and only when no replica hears it', () => {
    const silent: NodeReading = { kind: 'silent', because }
    expect(judge(silent, [deaf], 4_999).kind).toBe('suspect')
    expect(judge(silent, [deaf], 5_000)).toMatchObject({ kind: 'lost', data: 'frozen' })
    expect(judge(silent, [deaf, hearing], 60_000).kind).toBe('suspect')
  })

  it('that may be sending a large key is waited for so much longer, unless it is dead or its host is away', () => {
    expect(judge({ kind: 'silent', because }, [deaf], 8_999, 4_000)).toMatchObject({
      kind: 'suspect',
      leftMs: 1,
    })
    expect(judge({ kind: 'silent', because }, [deaf], 9_000, 4_000).kind).toBe('lost')
    expect(judge({ kind: 'dead', because }, [], 0, 4_000).kind).toBe('lost')
    expect(judge({ kind: 'unreachable', because }, [], 1_000, 4_000).kind).toBe('lost')
  })

  it('that is lost with its engine is out of our sight, not gone', () => {
    const unreachable: NodeReading = { kind: 'unreachable', because }
    expect(judge(unreachable, [deaf], 500).kind).toBe('suspect')
    expect(judge(unreachable, [deaf], 2_000)).toMatchObject({ kind: 'lost', data: 'out-of-sight' })
  })

  it('that is out of sight with its engine is lost after one look in vain when every replica that answers has lost its link', () => {
    const unreachable: NodeReading = { kind: 'unreachable', because }
    const copying = linked({ up: false, syncing: true })
    const unheard = linked({ lastHeardSeconds: 9 })
    const after = (replicas: NodeReading[], silentMs: number, isSettled = true) =>
      judgePrimary({ reading: unreachable, replicas, isSettled, silentMs, sendingMs: 0 }).kind
    expect(after([deaf, deaf], 300)).toBe('lost')
    expect(after([deaf, unreachable], 300)).toBe('lost')
    expect(after([deaf], 299)).toBe('suspect')
    for (const doubtful of [[], [unreachable], [deaf, copying], [deaf, unheard], [deaf, hearing]])
      expect(after(doubtful, 999)).toBe('suspect')
    expect(after([deaf], 999, false)).toBe('suspect')
  })

  it('that answers that it is busy, or of which nothing is known, is never lost for that', () => {
    fc.assert(
      fc.property(fc.constantFrom('starting', 'unknown'), fc.nat(), (kind, silentMs) => {
        expect(judge({ kind, because }, [deaf], silentMs).kind).toBe('suspect')
      }),
    )
  })
})
