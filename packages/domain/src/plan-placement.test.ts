import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planPlacement, planPlacementTogether, type PlacementWish } from './plan-placement.ts'

const zones = [
  { name: 'a', engineId: 'e1' },
  { name: 'b', engineId: 'e2' },
  { name: 'c', engineId: 'e2' },
]
const engines = [
  { engineId: 'e1', reachable: true, memoryBytes: 1000, usedBytes: 900 },
  { engineId: 'e2', reachable: true, memoryBytes: 1000, usedBytes: 0 },
]
const plan = (over: Partial<PlacementWish>) =>
  planPlacement({ zones, engines, wishes: [null], memoryBytesPerNode: 100, ...over })
const names = (over: Partial<PlacementWish>) => {
  const placement = plan(over)
  return placement.kind === 'placed' ? placement.zones.map((zone) => zone.name) : placement.kind
}

describe('planPlacement', () => {
  it('avoids a zone that is out, and says so to whoever asks for it', () => {
    const hurt = zones.map((zone) => ({ ...zone, isOut: zone.name !== 'c' }))
    expect(names({ zones: hurt, wishes: [null, null] })).toEqual(['c', 'c'])
    expect(plan({ zones: hurt, wishes: ['b'] })).toEqual({
      kind: 'no-room',
      because: 'availability zone b is out',
    })
    const all = zones.map((zone) => ({ ...zone, isOut: true }))
    expect(plan({ zones: all })).toEqual({ kind: 'no-room', because: 'every availability zone is out' })
  })

  it('chooses most free memory, spreads over zones, and obeys wishes', () => {
    expect(names({})).toEqual(['b'])
    expect(names({ wishes: [null, null, null] })).toEqual(['b', 'c', 'a'])
    expect(names({ wishes: ['a'] })).toEqual(['a'])
  })

  it('keeps nodes together in the zone with most room for all of them, or in the one that is wished', () => {
    const together = (over: Partial<PlacementWish>) => {
      const wish = { zones, engines, wishes: [null, null], memoryBytesPerNode: 100, ...over }
      const placement = planPlacementTogether(wish)
      return placement.kind === 'placed' ? placement.zones.map((zone) => zone.name) : placement.kind
    }
    expect(together({})).toEqual(['b', 'b'])
    expect(together({ zones: zones.slice(0, 2), wishes: [null, 'a'] })).toBe('no-room')
    expect(together({ wishes: [null, 'c'] })).toEqual(['c', 'c'])
    expect(together({ wishes: ['nowhere', null] })).toBe('no-such-zone')
  })

  it('keeps apart from nodes that stand already', () => {
    expect(names({ standing: ['b', 'c', 'c'], wishes: [null, null] })).toEqual(['a', 'b'])
  })

  it('refuses an unknown zone, and a zone without room although another has some', () => {
    expect(names({ wishes: ['z'] })).toBe('no-such-zone')
    expect(names({ wishes: ['a'], memoryBytesPerNode: 101 })).toBe('no-room')
  })

  it('takes nothing from an engine that cannot be reached', () => {
    expect(
      names({ engines: engines.map((engine) => ({ ...engine, reachable: engine.engineId === 'e1' })) }),
    ).toEqual(['a'])
    expect(planPlacement({ zones, engines: [], wishes: ['a'], memoryBytesPerNode: 100 })).toEqual({
      kind: 'no-room',
      because: 'the Docker engine of availability zone a does not answer',
    })
  })

  it('never places more on an engine than it has, however zones share engines', () => {
    const engine = fc.record({ reachable: fc.boolean(), memoryBytes: fc.nat(1000), usedBytes: fc.nat(1000) })
    fc.assert(
      fc.property(
        fc.tuple(engine, engine),
        fc.array(fc.constantFrom(null, 'a', 'b', 'c'), { maxLength: 6 }),
        fc.integer({ min: 1, max: 400 }),
        ([one, two], wishes, memoryBytesPerNode) => {
          const room = [
            { ...one, engineId: 'e1' },
            { ...two, engineId: 'e2' },
          ]
          const placement = planPlacement({ zones, engines: room, wishes, memoryBytesPerNode })
          if (placement.kind !== 'placed') return true
          return (
            placement.zones.length === wishes.length &&
            placement.zones.every((zone, i) => wishes[i] === null || wishes[i] === zone.name) &&
            room.every((each) => {
              const here = placement.zones.filter((zone) => zone.engineId === each.engineId).length
              return (
                here === 0 ||
                (each.reachable && here * memoryBytesPerNode <= each.memoryBytes - each.usedBytes)
              )
            })
          )
        },
      ),
      { numRuns: 1000 },
    )
  })
})
