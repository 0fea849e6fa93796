import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeObjects, ORPHAN_AGE_MAX_MS, ORPHAN_GRACE_MS } from './judge-objects.ts'
import type { FleetObject } from './ports/fleet-objects.ts'

const NOW = new Date('2026-01-01T12:00:00Z')

const object = (over: Partial<FleetObject>): FleetObject => ({
  kind: 'container',
  engineId: 'engine-1',
  ref: 'ref',
  name: 'cacheplane-x',
  ownerId: 'node-1',
  incarnation: 1,
  state: 'running',
  createdAt: new Date(NOW.getTime() - ORPHAN_GRACE_MS - 1),
  ...over,
})

const expected = (atHome = true) => ({
  nodes: [{ nodeId: 'node-1', incarnation: 2, presence: 'known' as const, atHome }],
  edges: [{ edgeId: 'edge-1', incarnation: 1, controlPort: 10_100, atHome: false }],
  networkIds: ['net-1'],
  spareIds: [],
})

describe('judgeObjects', () => {
  it('misses a node at home whose container of this incarnation is not running', () => {
    for (const found of [
      [],
      [object({ incarnation: 1 })],
      [object({ incarnation: 2, state: 'exited' as const })],
    ]) {
      expect(judgeObjects(expected(), found, NOW).missing.map((node) => node.nodeId)).toEqual(['node-1'])
    }
    expect(judgeObjects(expected(), [object({ incarnation: 2 })], NOW).missing).toEqual([])
  })

  it('leaves a node alone that is not at home: its own workflow is at work', () => {
    expect(judgeObjects(expected(false), [], NOW).missing).toEqual([])
  })

  it('misses an edge whose container of this incarnation is not running', () => {
    const rows = {
      ...expected(false),
      edges: [{ edgeId: 'edge-1', incarnation: 3, controlPort: 10_100, atHome: true }],
    }
    const found = [object({ ownerId: 'edge-1', incarnation: 2 })]
    expect(judgeObjects(rows, found, NOW).missingEdges).toEqual(['edge-1'])
    expect(judgeObjects(rows, [object({ ownerId: 'edge-1', incarnation: 3 })], NOW).missingEdges).toEqual([])
  })

  it('misses a spare network that creations are promised and that does not stand', () => {
    const rows = { ...expected(false), networkIds: ['net-1', 'net-2'], spareIds: ['net-1', 'net-2'] }
    const found = [object({ kind: 'network', ownerId: 'net-1', incarnation: null, state: null })]
    expect(judgeObjects(rows, found, NOW).lostSpares).toEqual(['net-2'])
  })

  it('never calls an object of a known node or network an orphan', () => {
    const found = [object({ incarnation: 2 }), object({ kind: 'network', ownerId: 'net-1', state: null })]
    const { orphans, strangers } = judgeObjects(expected(), found, NOW)
    expect([...orphans, ...strangers]).toEqual([])
  })

  it('removes what an earlier incarnation of a node has left, however old', () => {
    const left = object({ kind: 'volume', incarnation: 1, state: null, createdAt: new Date(0) })
    expect(judgeObjects(expected(), [left], NOW).orphans).toEqual([left])
  })

  it('removes only what is older than a call in flight and younger than a database that may have been restored', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 * ORPHAN_AGE_MAX_MS }), (ageMs) => {
        const found = object({ ownerId: 'node-9', createdAt: new Date(NOW.getTime() - ageMs) })
        const { orphans, strangers } = judgeObjects(expected(), [found], NOW)
        const isOrphan = ageMs > ORPHAN_GRACE_MS && ageMs <= ORPHAN_AGE_MAX_MS
        return orphans.length === Number(isOrphan) && strangers.length === Number(ageMs > ORPHAN_AGE_MAX_MS)
      }),
    )
  })
})
