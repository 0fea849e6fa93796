import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RespError, RespParser } from './resp-parser.ts'

const WIRE =
  '+OK\r\n-WRONGPASS no\r\n:7\r\n$5\r\nh\r\ni!\r\n$-1\r\n*2\r\n$5\r\nflags\r\n*1\r\n$2\r\non\r\n*-1\r\n'
const REPLIES = ['OK', new RespError('WRONGPASS no'), 7, 'h\r\ni!', null, ['flags', ['on']], null]

test('replies are the same wherever the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(WIRE.length)), (cuts) => {
      const borders = [0, ...cuts.sort((a, b) => a - b), WIRE.length]
      const parser = new RespParser()
      const replies = borders
        .slice(1)
        .flatMap((end, index) => parser.push(Buffer.from(WIRE.slice(borders[index], end))))
      expect(replies).toEqual(REPLIES)
    }),
  )
})

test.each(['HTTP/1.1 400 Bad Request\r\n', '$x\r\n', '*99999999999\r\n'])('%j is refused', (text) => {
  expect(() => new RespParser().push(Buffer.from(text))).toThrow()
})
