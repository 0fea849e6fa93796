import { expect, it } from 'vitest'
import { parseSlots, splitSlots, type SlotRange } from '../cluster/slots.ts'
import { planSeed, shareOf } from './plan-seed.ts'

const file = (fileId: string, slots: SlotRange[]) => ({ fileId, bytes: 1, sha256: 'aa', slots })
const halves = splitSlots(2).map((range, i) => file(`rdb-${i + 1}`, [range]))
const seedOf = (files: typeof halves, slots: string) => {
  const { files: from, slots: of } = planSeed(files, slots === '' ? [] : (parseSlots(slots) ?? []))
  return [from.map(({ fileId }) => fileId).join(' '), of]
}

it.each([
  ['the one file without cluster mode', [file('rdb-1', [])], '', 'rdb-1', null],
  ['the file of its very slots', halves, '8192-16383', 'rdb-2', null],
  ['its part of one file', halves, '0-5460', 'rdb-1', '0-5460'],
  ['its part of two', halves, '5461-10922', 'rdb-1 rdb-2', '5461-10922'],
  ['its part of two, in pieces', halves, '0-9,16000', 'rdb-1 rdb-2', '0-9,16000'],
  ['its part of a file without slots', [file('rdb-1', [])], '0-8191', 'rdb-1', '0-8191'],
])('a shard begins with %s', (_, files, slots, from, part) => {
  expect(seedOf(files, slots)).toEqual([from, part === null ? null : parseSlots(part)])
})

it('takes a share by the slots that are the same', () => {
  expect(shareOf([{ from: 0, to: 99 }], [{ from: 50, to: 200 }])).toBe(0.5)
  expect(shareOf([], splitSlots(4).slice(0, 1))).toBe(0.25)
  expect(shareOf([{ from: 0, to: 99 }], [{ from: 100, to: 200 }])).toBe(0)
})
