import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineSplitter } from './line-splitter.ts'

const BYTES = Buffer.from('{"a":"ä"}\n{"b":"日本"}\n\n{"c":1}\n{"unfinished"')

test('lines are the same wherever the stream is cut, even inside a letter', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(BYTES.length)), (cuts) => {
      const borders = [0, ...cuts.sort((a, b) => a - b), BYTES.length]
      const splitter = new LineSplitter()
      const lines = borders
        .slice(1)
        .flatMap((end, index) => splitter.push(BYTES.subarray(borders[index], end)))
      expect(lines).toEqual(['{"a":"ä"}', '{"b":"日本"}', '{"c":1}'])
    }),
  )
})
