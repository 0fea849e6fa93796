import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aServingReading } from '../../../../test/support/builders.ts'
import type { ListedReplica, NodeReading } from '../ports/node-reading.ts'
import { judgeReplica } from './judge-replica.ts'

const because = 'x'
const at = [
  { host: '10.0.0.3', port: 10_003 },
  { host: '127.0.0.1', port: 10_003 },
]
const silent: NodeReading = { kind: 'silent', because }
const [FIVE_S, LONG_MS] = [5_000, 600_000]

const saying = (over: Partial<ListedReplica>): NodeReading => {
  const replica = { at: { host: '10.0.0.3', port: 10_003 }, isCopying: false, lagSeconds: 0, ...over }
  const reading = aServingReading()
  return { ...reading, replication: { ...reading.replication, replicas: [replica] } }
}
const judge = (reading: NodeReading, source: NodeReading | undefined, silentMs: number, sendingMs = 0) =>
  judgeReplica({ reading, at, source, silentMs, sendingMs }).kind

describe('a replica', () => {
  it('that answers, if only that it is busy, is alive', () => {
    expect(judge(aServingReading(), undefined, LONG_MS)).toBe('alive')
    expect(judge({ kind: 'starting', because }, undefined, LONG_MS)).toBe('alive')
  })

  it('that is silent and unknown to its primary is given up after five seconds', () => {
    expect(judge(silent, saying({ at: { host: '10.0.0.4', port: 10_003 } }), FIVE_S - 1)).toBe('borne')
    expect(judge(silent, saying({ at: { host: '10.0.0.4', port: 10_003 } }), FIVE_S)).toBe('given-up')
    expect(judge(silent, saying({ at: { host: '10.0.0.3', port: 10_004 } }), FIVE_S)).toBe('given-up')
    expect(judge(silent, undefined, FIVE_S)).toBe('given-up')
    expect(judge(silent, { kind: 'silent', because }, FIVE_S)).toBe('given-up')
  })

  it('that is silent while its primary sends it a copy is alive, however long that takes', () => {
    expect(judge(silent, saying({ isCopying: true }), LONG_MS)).toBe('alive')
    expect(judge(silent, saying({ isCopying: true, at: { host: '127.0.0.1', port: 10_003 } }), LONG_MS)).toBe(
      'alive',
    )
  })

  it('that is silent to us is alive while its primary has heard it within five seconds', () => {
    expect(judge(silent, saying({ lagSeconds: 4 }), LONG_MS)).toBe('alive')
    expect(judge(silent, saying({ lagSeconds: 5 }), LONG_MS)).toBe('given-up')
  })

  it('that is frozen is given up, whatever its primary still believes', () => {
    expect(judge({ kind: 'frozen', because }, saying({ isCopying: true }), FIVE_S)).toBe('given-up')
  })

  it('that is dead, or whose engine is away, is not for its silence to be judged', () => {
    expect(judge({ kind: 'dead', because }, undefined, LONG_MS)).toBe('borne')
    expect(judge({ kind: 'unreachable', because }, undefined, LONG_MS)).toBe('borne')
  })

  it('is waited for as much longer as a large key may take', () => {
    fc.assert(
      fc.property(fc.nat(64_000), fc.nat(100_000), (sendingMs, ms) => {
        expect(judge(silent, undefined, ms, sendingMs)).toBe(ms < FIVE_S + sendingMs ? 'borne' : 'given-up')
      }),
    )
  })
})
