import { expect, test } from 'vitest'
import type { Engine } from '../engines.ts'
import { canFollow } from './can-follow.ts'

const VERSIONS: [Engine, string][] = [
  ['redis', '6.0'],
  ['redis', '7.0'],
  ['redis', '8.0'],
  ['valkey', '8.1'],
]
const named = ([engine, engineVersion]: [Engine, string]) => ({ engine, engineVersion, cacheNodeType: '' })

test('a version copies those whose data it reads, as it was measured on real engines', () => {
  const matrix = VERSIONS.map((from) => VERSIONS.map((to) => canFollow(named(to), named(from))))
  expect(matrix).toEqual([
    [true, true, true, true],
    [false, true, true, true],
    [false, false, true, false],
    [false, false, true, true],
  ])
})
