import { expect, it } from 'vitest'
import { rdbContent } from './rdb-content.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

async function read(text: string, size: number): Promise<string> {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < text.length; at += size)
      yield await Promise.resolve(bytes(text.slice(at, at + size)))
  }
  let got = ''
  for await (const piece of rdbContent(pieces())) got += String.fromCharCode(...piece)
  return got
}

it.each([1, 3, 7, 100])('hands on what begins as an RDB file does, in pieces of %d', async (size) => {
  for (const file of ['REDIS0011 and so on', 'VALKEY080 and so on']) expect(await read(file, size)).toBe(file)
})

it.each(['', 'REDIS', 'REDISES are many', 'Dear customer, this is a letter'])(
  'takes nothing else: %j',
  async (text) => {
    for (const size of [1, 100]) await expect(read(text, size)).rejects.toThrow('it is not an RDB file')
  },
)
