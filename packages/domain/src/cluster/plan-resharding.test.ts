import fc from 'fast-check'
import { expect, test } from 'vitest'
import { planResharding, type StayingShard } from './plan-resharding.ts'
import { planSlotMove, reconcileSlots, slotsAfter, slotsLeft } from './plan-slot-move.ts'
import { rangesOf, SLOTS, slotsIn, splitSlots } from './slots.ts'

/** Every slot with one owner, in any distribution, some shards new and some to leave. */
const shards = fc
  .record({
    owned: fc.integer({ min: 1, max: 8 }),
    added: fc.integer({ min: 0, max: 4 }),
    seed: fc.integer(),
    stay: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
    strip: fc.integer({ min: 100, max: 3_000 }),
  })
  .map(({ owned, added, seed, stay, strip }): StayingShard[] => {
    const ownerOf = (slot: number) => Math.abs((Math.floor(slot / strip) * 2_654_435_761 + seed) % owned)
    const all = Array.from({ length: SLOTS }, (_, slot) => slot)
    const old = Array.from({ length: owned }, (_, i) => ({
      shardId: `old-${i}`,
      slots: rangesOf(all.filter((slot) => ownerOf(slot) === i)),
      stays: i === 0 || stay[i] === true,
    }))
    return [
      ...old,
      ...Array.from({ length: added }, (_, i) => ({ shardId: `new-${i}`, slots: [], stays: true })),
    ]
  })

const sizesOf = (ranges: readonly { slots: Parameters<typeof slotsIn>[0] }[]) =>
  ranges.map(({ slots }) => slotsIn(slots).length)

test('a plan leaves every slot with exactly one owner who stays, in shares that differ by one at most', () => {
  fc.assert(
    fc.property(shards, (given) => {
      const { targets } = planResharding(given)
      const all = targets.flatMap(({ slots }) => slotsIn(slots))
      expect(all.length).toBe(SLOTS)
      expect(new Set(all).size).toBe(SLOTS)
      const staying = sizesOf(targets.filter((_, i) => given[i]?.stays))
      expect(Math.max(...staying) - Math.min(...staying)).toBeLessThanOrEqual(1)
      expect(sizesOf(targets.filter((_, i) => !given[i]?.stays)).every((size) => size === 0)).toBe(true)
    }),
    { numRuns: 30 },
  )
})

test('no plan with equal shares moves fewer slots', () => {
  fc.assert(
    fc.property(shards, (given) => {
      const { moved, targets } = planResharding(given)
      const surplus = given.map(({ slots }, i) => {
        const kept = new Set(slotsIn(targets[i]?.slots ?? []))
        return slotsIn(slots).filter((slot) => !kept.has(slot)).length
      })
      expect(surplus.reduce((a, b) => a + b, 0)).toBe(moved)
      // Whoever is above the larger share has to give, whoever leaves gives all, and whoever is below the smaller has to get.
      const count = given.filter(({ stays }) => stays).length
      const [least, most] = [Math.floor(SLOTS / count), Math.ceil(SLOTS / count)]
      const sizes = given.map(({ slots, stays }) => ({ size: slotsIn(slots).length, stays }))
      const given_ = sizes.reduce((sum, { size, stays }) => sum + Math.max(0, size - (stays ? most : 0)), 0)
      const gotten = sizes.reduce((sum, { size, stays }) => sum + (stays ? Math.max(0, least - size) : 0), 0)
      const larger = SLOTS % count
      const slack = Math.max(0, larger - sizes.filter(({ size, stays }) => stays && size >= most).length)
      const excess = Math.max(0, sizes.filter(({ size, stays }) => stays && size >= most).length - larger)
      expect(moved).toBe(Math.max(given_ + (most > least ? excess : 0), gotten + (most > least ? slack : 0)))
    }),
    { numRuns: 30 },
  )
})

test('moves one after the other lead to the plan, and take no slot twice', () => {
  fc.assert(
    fc.property(shards, fc.integer({ min: 800, max: 4_000 }), (given, most) => {
      const { targets, moved } = planResharding(given)
      let now: { shardId: string; slots: readonly { from: number; to: number }[] }[] = given
      const seen: number[] = []
      for (;;) {
        expect(slotsLeft(now, targets)).toBe(moved - seen.length)
        const move = planSlotMove(now, targets, most)
        if (move === null) break
        const slots = slotsIn(move.slots)
        expect(slots.length).toBeLessThanOrEqual(most)
        seen.push(...slots)
        now = slotsAfter(now, move)
      }
      expect(new Set(seen).size).toBe(seen.length)
      expect(now.map(({ slots }) => slots)).toEqual(targets.map(({ slots }) => slots))
    }),
    { numRuns: 6 },
  )
})

test('from one shard to two the upper half moves, and back again it is the same half', () => {
  const [all] = splitSlots(1)
  const out = planResharding([
    { shardId: 'a', slots: all === undefined ? [] : [all], stays: true },
    { shardId: 'b', slots: [], stays: true },
  ])
  expect(out).toMatchObject({ moved: 8192, targets: [{ slots: [{ from: 0, to: 8191 }] }, {}] })
  expect(out.because).toContain('8192 of 16384')
  const back = planResharding(out.targets.map((one, i) => ({ ...one, stays: i === 0 })))
  expect(back).toMatchObject({ moved: 8192, targets: [{ slots: [{ from: 0, to: 16383 }] }, { slots: [] }] })
})

const ROWS = [
  { shardId: 'a', slots: [{ from: 0, to: 9 }] },
  { shardId: 'b', slots: [{ from: 10, to: 19 }] },
]

test('what a primary says itself counts for more than the rows, and nothing is decided while two say the same', () => {
  const claims = (a: number, b: number) =>
    new Map([
      ['a', [{ from: 0, to: a }]],
      ['b', [{ from: b, to: 19 }]],
    ])
  expect(reconcileSlots(ROWS, claims(9, 10))).toEqual(ROWS)
  expect(reconcileSlots(ROWS, claims(12, 13))?.[0]?.slots).toEqual([{ from: 0, to: 12 }])
  expect(reconcileSlots(ROWS, claims(12, 10))).toBeNull()
  expect(reconcileSlots(ROWS, claims(7, 10))).toEqual(ROWS)
  expect(reconcileSlots(ROWS, new Map())).toEqual(ROWS)
})

test('a shard that owns nothing yet gets a single slot first, and then as many at once as may be', () => {
  const shards = [
    { shardId: 'old', slots: [{ from: 0, to: SLOTS - 1 }] },
    { shardId: 'new', slots: [] },
  ]
  const { targets } = planResharding(shards.map((shard) => ({ ...shard, stays: true })))
  const first = planSlotMove(shards, targets, 64)
  expect(first?.slots).toEqual([{ from: 8192, to: 8192 }])
  const next = planSlotMove(slotsAfter(shards, first ?? { toShardId: '', slots: [] }), targets, 64)
  expect(next?.slots).toEqual([{ from: 8193, to: 8256 }])
})
