import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aServingReading } from '../../../../test/support/builders.ts'
import { electPrimary, type Candidate } from './elect-primary.ts'

interface Traits {
  offset: number
  historyId: string
  syncing: boolean
  loading: boolean
  letIn: boolean
  isGoing: boolean
  open: boolean
  leaving: boolean
  serves: boolean
  zone: string
}

const traits = fc.record<Traits>({
  offset: fc.nat(20),
  historyId: fc.constantFrom('h', 'older'),
  syncing: fc.boolean(),
  loading: fc.boolean(),
  letIn: fc.boolean(),
  isGoing: fc.boolean(),
  open: fc.boolean(),
  leaving: fc.boolean(),
  serves: fc.boolean(),
  zone: fc.constantFrom('a', 'b'),
})

function candidate(name: string, over: Partial<Traits> = {}): Candidate {
  const all = {
    offset: 1,
    historyId: 'h',
    syncing: false,
    loading: false,
    letIn: true,
    isGoing: false,
    open: true,
    leaving: false,
    ...over,
  }
  const { serves = true, zone = 'b' } = over
  const link = { source: { host: 'p', port: 1 }, up: false, syncing: all.syncing, lastHeardSeconds: 1 }
  const { historyId, offset, loading, letIn, isGoing, open, leaving } = all
  const replication = { historyId, formerHistoryId: null, offset, keys: 1, loading, replicas: [], link }
  return {
    nodeId: `node-${name}`,
    cacheClusterId: name,
    zone,
    letIn,
    isGoing,
    leaving,
    reading: serves
      ? aServingReading({ role: 'replica', open, replication })
      : { kind: 'dead', because: 'it is dead' },
  }
}

const elect = (candidates: readonly Candidate[]) =>
  electPrimary({ candidates, historyId: 'h', lostZone: 'a' })
const field = fc.array(traits, { maxLength: 5 }).map((all) => all.map((one, i) => candidate(`c${i}`, one)))

describe('the election', () => {
  it('takes the furthest along the history, then another zone, then the lowest id', () => {
    expect(elect([candidate('x'), candidate('y', { offset: 9 })])).toMatchObject({ nodeId: 'node-y' })
    expect(elect([candidate('x', { zone: 'a' }), candidate('y')])).toMatchObject({ nodeId: 'node-y' })
    expect(elect([candidate('y'), candidate('x')])).toMatchObject({ nodeId: 'node-x' })
  })

  it('takes one with the history before only when nobody has the last, however large its offset', () => {
    const older = candidate('x', { historyId: 'older', offset: 1_000 })
    expect(elect([older, candidate('y')])).toMatchObject({ nodeId: 'node-y' })
    expect(elect([older])).toMatchObject({ nodeId: 'node-x' })
  })

  it('never takes one that is dead, loading, incomplete, new or leaving, and says of each why', () => {
    fc.assert(
      fc.property(field, (candidates) => {
        const elected = elect(candidates)
        expect(elected.votes).toHaveLength(candidates.length)
        expect(elected.votes.every((vote) => vote.because !== '')).toBe(true)
        if (elected.kind === 'nobody') return
        const winner = candidates.find(({ nodeId }) => nodeId === elected.nodeId)
        expect(winner).toMatchObject({
          isGoing: false,
          leaving: false,
          reading: { kind: 'serving', open: true },
        })
        expect(winner).toMatchObject({
          reading: { replication: { loading: false, link: { syncing: false } } },
        })
      }),
    )
  })

  it('takes one that is open, though nobody wrote down that it was let in', () => {
    expect(elect([candidate('x', { letIn: false })])).toMatchObject({ nodeId: 'node-x' })
    expect(elect([candidate('x', { letIn: false, open: false })]).kind).toBe('nobody')
  })

  it('does not depend on the order in which candidates are named, nor on those that cannot win', () => {
    fc.assert(
      fc.property(field, (candidates) => {
        const elected = elect(candidates)
        const again = elect([...candidates].reverse())
        const without = elect([...candidates, candidate('zz', { serves: false, offset: 99 })])
        const winner = (one: typeof elected) => (one.kind === 'elected' ? one.nodeId : null)
        expect([winner(again), winner(without)]).toEqual([winner(elected), winner(elected)])
      }),
    )
  })

  it('leaves nobody behind who has more of the last history', () => {
    fc.assert(
      fc.property(field, (candidates) => {
        const elected = elect(candidates)
        if (elected.kind === 'nobody') return
        const won = elected.votes.find(({ nodeId }) => nodeId === elected.nodeId)
        const better = elected.votes.filter(
          (vote) => vote.eligible && vote.isHeir && (!won?.isHeir || (vote.offset ?? 0) > (won.offset ?? 0)),
        )
        expect(better).toEqual([])
      }),
    )
  })
})
