import { describe, expect, it } from 'vitest'
import { aServingReading } from '../../../../test/support/builders.ts'
import type { NodeReading } from '../ports/node-reading.ts'
import { planMembership, type Member } from './plan-membership.ts'

const target = {
  engineId: 'e',
  ip: '10.0.0.2',
  address: '127.0.0.1',
  port: 10_000,
  tls: false,
  plainPort: null,
}
const following = (over: { up?: boolean; syncing?: boolean; port?: number } = {}): NodeReading => {
  const { up = true, syncing = false, port = target.port } = over
  const link = { source: { host: target.ip, port }, up, syncing, lastHeardSeconds: 0 }
  const replication = { ...aServingReading().replication, link }
  return aServingReading({ role: 'replica', open: false, replication })
}

const member = (over: Partial<Member>): Member => ({
  nodeId: 'p',
  isPrimary: true,
  reading: aServingReading(),
  inService: true,
  leaving: false,
  mayStartEmpty: false,
  target,
  ...over,
})
const replica = (over: Partial<Member>) =>
  member({ nodeId: 'r', isPrimary: false, inService: false, reading: following(), ...over })

describe('the members of a node group', () => {
  it('are at rest when the primary serves and every replica has its copy and is open', () => {
    const open = { ...following(), open: true } as NodeReading
    const plan = planMembership([member({}), replica({ reading: open, inService: true })])
    expect(plan).toEqual({
      actions: [],
      readers: ['r'],
      primaryServes: true,
      because: null,
      comes: 'when-told',
    })
  })

  it('get a primary that is empty only where that is allowed', () => {
    const booted = member({ inService: false, reading: aServingReading({ open: false }) })
    expect(planMembership([booted])).toMatchObject({ actions: [], primaryServes: false })
    const plan = planMembership([{ ...booted, mayStartEmpty: true }])
    expect(plan).toMatchObject({ actions: [{ do: 'open', nodeId: 'p' }], primaryServes: true })
  })

  it('follow nobody while no primary serves: an empty one would wipe them', () => {
    const lost = member({ reading: null })
    const plan = planMembership([lost, replica({ inService: true, reading: following({ port: 1 }) })])
    expect(plan).toMatchObject({ actions: [], primaryServes: false })
  })

  it('turn to the primary, and are let in once their copy is complete', () => {
    const turns = planMembership([member({}), replica({ reading: following({ port: 1 }) })])
    expect(turns).toMatchObject({ actions: [{ do: 'follow', nodeId: 'r' }], readers: [], comes: 'at-once' })
    const copies = planMembership([member({}), replica({ reading: following({ syncing: true }) })])
    expect(copies).toMatchObject({ actions: [], readers: [], comes: 'at-once' })
    const done = planMembership([member({}), replica({})])
    expect(done).toMatchObject({ actions: [{ do: 'open', nodeId: 'r' }], readers: ['r'] })
  })

  it('are let in once their copy is known to grow; one that was in before serves its readers meanwhile', () => {
    const stream = { sinceOffset: 100 }
    const awaited = planMembership([member({}), replica({ stream })])
    expect(awaited).toMatchObject({ actions: [], readers: [], comes: 'soon' })
    const open = { ...following(), open: true } as NodeReading
    const again = planMembership([member({}), replica({ stream, inService: true, reading: open })])
    expect(again).toMatchObject({ actions: [], readers: ['r'], comes: 'soon' })
  })

  it('are let in only after the primary is known to serve: else nobody would look for their copies', () => {
    const opening = member({
      inService: false,
      reading: aServingReading({ open: false }),
      mayStartEmpty: true,
    })
    const plan = planMembership([opening, replica({})])
    expect(plan).toMatchObject({ actions: [{ do: 'open', nodeId: 'p' }], readers: [], comes: 'at-once' })
  })

  it('are replaced when they are dead, and only out of the way when they are leaving', () => {
    const dead: NodeReading = { kind: 'dead', because: 'x' }
    expect(planMembership([member({}), replica({ reading: dead })]).actions).toEqual([
      { do: 'replace', nodeId: 'r', because: 'x' },
    ])
    const leaving = planMembership([member({}), replica({ reading: dead, leaving: true })])
    expect(leaving).toMatchObject({ actions: [], because: null })
  })

  it('do not have a primary in service replaced: that is for a failover to decide', () => {
    const plan = planMembership([member({ reading: { kind: 'dead', because: 'x' } })])
    expect(plan).toMatchObject({ actions: [], primaryServes: false })
  })
})
