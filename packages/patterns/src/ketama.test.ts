import { expect, test } from 'vitest'
import { parseNodes } from './discover-nodes.ts'
import { ketamaRing } from './ketama.ts'

const NAMES = ['10.0.0.1:11211', '10.0.0.2:11211', '10.0.0.3:11211', '10.0.0.4:11211']
const KEYS = Array.from({ length: 10_000 }, (_, i) => `product:v1:${i}`)

test('every node has its share of the keys, and one that goes takes only its own with it', () => {
  const [all, fewer] = [ketamaRing(NAMES), ketamaRing(NAMES.slice(1))]
  for (const name of NAMES) {
    const share = KEYS.filter((key) => all(key) === name).length / KEYS.length
    expect(share).toBeGreaterThan(0.15)
    expect(share).toBeLessThan(0.35)
  }
  const moved = KEYS.filter((key) => all(key) !== fewer(key))
  expect(moved.every((key) => all(key) === NAMES[0])).toBe(true)
})

test('a list of nodes is read as ElastiCache writes it, and nothing else is taken for one', () => {
  const answer = 'CONFIG cluster 0 70\r\n12\na.cache.test|10.0.0.1|11211 b.cache.test||11212\n\r\nEND\r\n'
  expect(parseNodes(answer)).toEqual([
    { address: '10.0.0.1', port: 11_211 },
    { address: 'b.cache.test', port: 11_212 },
  ])
  expect(() => parseNodes('CONFIG cluster 0 3\r\n1\nnobody\n\r\nEND\r\n')).toThrow('not a list of nodes')
})
