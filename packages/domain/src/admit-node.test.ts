import { describe, expect, it } from 'vitest'
import { aNodeSubject, aServingReading, type ServingReading } from '../../../test/support/builders.ts'
import { admitNode, isVersion } from './admit-node.ts'

const serving = (over: Partial<ServingReading> = {}) => aServingReading({ open: false, ...over })

describe('admitNode', () => {
  it('opens a node that runs the version that was asked for, and says with which patch level', () => {
    expect(admitNode(aNodeSubject(), serving())).toMatchObject({ kind: 'open', version: '8.1.1' })
  })

  it('refuses a node whose image runs another version: INFO must agree with the API', () => {
    expect(admitNode(aNodeSubject(), serving({ version: '8.0.2' }))).toMatchObject({ kind: 'refuse' })
  })

  it('never opens a node that follows another primary', () => {
    expect(admitNode(aNodeSubject(), serving({ role: 'replica' }))).toMatchObject({ kind: 'replace' })
  })

  it('waits while nothing is known of the node and replaces it when it is dead', () => {
    expect(admitNode(aNodeSubject(), { kind: 'unknown', because: 'x' }).kind).toBe('wait')
    expect(admitNode(aNodeSubject(), { kind: 'starting', because: 'x' }).kind).toBe('wait')
    expect(admitNode(aNodeSubject(), { kind: 'dead', because: 'x' }).kind).toBe('replace')
  })
})

describe('isVersion', () => {
  it('takes whole components only', () => {
    expect([
      isVersion('7.0.15', '7.0'),
      isVersion('7.0', '7.0'),
      isVersion('7.01.1', '7.0'),
      isVersion('17.0.1', '7.0'),
    ]).toEqual([true, true, false, false])
  })
})
