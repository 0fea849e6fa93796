import { expect, test } from 'vitest'
import { findShortage } from './find-shortage.ts'

const MIB = 1024 ** 2
const nodes = (...memories: number[]) =>
  memories.map((mib) => ({ engineId: 'engine-1', memoryBytes: mib * MIB }))
const room = (mib: number) => [{ engineId: 'engine-1', freeBytes: mib * MIB }]

test.each([
  [nodes(100), 200, 200],
  [nodes(100, 100, 100), 200, 400],
  [nodes(200, 200), 100, 100],
  [nodes(100, 100), 100, 100],
])('%j brought over to %i MiB need %i MiB, and not a byte less', (standing, wanted, needed) => {
  expect(findShortage(room(needed), standing, wanted * MIB)).toBeNull()
  expect(findShortage(room(needed - 1), standing, wanted * MIB)).toContain(`needs ${needed} MiB`)
})

test('every engine needs room of its own', () => {
  const apart = [...nodes(100), { engineId: 'engine-2', memoryBytes: 100 * MIB }]
  expect(findShortage(room(1_000), apart, 100 * MIB)).toContain('0 MiB free')
})
