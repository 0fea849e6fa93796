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

  it('opens a node that bridges once it copies the primary that it was made for, and no other', () => {
    const bridgesFrom = {
      engineId: 'engine-1',
      ip: '10.96.0.9',
      address: '127.0.0.1',
      port: 10_009,
      tls: false,
      plainPort: null,
    }
    const subject = aNodeSubject({ bridgesFrom })
    const copying = (port: number) => {
      const link = { source: { host: '10.96.0.9', port }, up: false, syncing: false, lastHeardSeconds: null }
      return serving({ role: 'replica', replication: { ...aServingReading().replication, link } })
    }
    expect(admitNode(subject, serving()).kind).toBe('replace')
    expect(admitNode(subject, copying(10_009)).kind).toBe('open')
    expect(admitNode(subject, copying(10_008)).kind).toBe('replace')
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
