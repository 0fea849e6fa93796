import { VaultDamage } from '@cacheplane/domain'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keySlot } from './key-slot.ts'
import { pickSlots } from './pick-slots.ts'

const ALL = [{ from: 0, to: 16_383 }]
const bytes = (...parts: (number | string | Buffer)[]): Buffer =>
  Buffer.concat(
    parts.map((one) =>
      typeof one === 'number'
        ? Buffer.from([one])
        : typeof one === 'string'
          ? Buffer.from(one, 'latin1')
          : one,
    ),
  )
const text = (value: string): Buffer => {
  if (value.length < 64) return bytes(value.length, value)
  return bytes(0x40 | (value.length >> 8), value.length & 0xff, value)
}
const HEADER = 'REDIS0011'
const END = bytes(0xff, Buffer.alloc(8, 7))
const HINTS = bytes(0xfa, text('redis-ver'), text('8.1'), 0xfe, 0, 0xfb, 2, 1, 0xf4, 5, 1, 0)
const fileOf = (...records: Buffer[]): Buffer => bytes(HEADER, HINTS, ...records, END)

/** What every kind of value looks like. */
const KINDS: [string, (key: string) => Buffer][] = [
  ['a string', (key) => bytes(0, text(key), text('value'))],
  ['a number', (key) => bytes(0, text(key), 0xc1, 1, 2)],
  ['a long string', (key) => bytes(0, text(key), 0x80, 0, 0, 0x10, 0, Buffer.alloc(4096, 1))],
  ['what expires', (key) => bytes(0xfc, Buffer.alloc(8, 1), 0xf8, 3, 0, text(key), text('v'))],
  ['what is used often', (key) => bytes(0xf9, 9, 0, text(key), text('v'))],
  ['a list', (key) => bytes(18, text(key), 2, 2, text('listpack'), 1, text('plain'))],
  ['a set', (key) => bytes(2, text(key), 2, text('a'), text('b'))],
  ['a hash', (key) => bytes(4, text(key), 1, text('field'), text('value'))],
  ['a sorted set', (key) => bytes(5, text(key), 1, text('member'), Buffer.alloc(8))],
  ['an old sorted set', (key) => bytes(3, text(key), 2, text('a'), 253, text('b'), 3, '1.5')],
  ['a packed set', (key) => bytes(20, text(key), text('listpack'))],
  ['a hash whose fields expire', (key) => bytes(24, text(key), Buffer.alloc(8), 1, 5, text('f'), text('v'))],
  [
    'a stream',
    (key) =>
      bytes(
        ...[21, text(key), 1, text('node-key'), text('listpack'), 1, 5, 1, 5, 1, 0, 0, 1],
        ...[1, text('group'), 5, 1, 1, 1, Buffer.alloc(24), 1],
        ...[1, text('consumer'), Buffer.alloc(16), 1, Buffer.alloc(16)],
      ),
  ],
]

async function* inPieces(content: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += size)
    yield await Promise.resolve(content.subarray(at, at + size))
}

async function picked(files: readonly Buffer[], ranges = ALL, size = 7): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of pickSlots(
    files.map((file) => inPieces(file, size)),
    ranges,
  ))
    parts.push(Buffer.from(part))
  return Buffer.concat(parts)
}
const whole = (...records: Buffer[]): Buffer => bytes(HEADER, 0xfe, 0, ...records, 0xff, Buffer.alloc(8))

describe('a file that is made of what others hold in some slots', () => {
  it('knows the slot of a key as engines do', () => {
    expect(
      ['123456789', 'foo', '{user1000}.following', 'a{}b', '{}'].map((key) => keySlot(Buffer.from(key))),
    ).toEqual([0x31c3, 12_182, 3443, keySlot(Buffer.from('a{}b')), 15_257])
  })

  it.each(KINDS)(
    'has %s, in pieces of any size, where its slot is wanted, and nothing of it elsewhere',
    async (_, of) => {
      const [mine, other] = ['mine', 'other']
      const slot = keySlot(Buffer.from(mine))
      const file = fileOf(of(other), of(mine), of(other))
      for (const size of [1, 13, 64, 100_000])
        expect(await picked([file], [{ from: slot, to: slot }], size)).toEqual(whole(of(mine)))
    },
  )

  it('has every key of all files once, when they are shared out', async () => {
    const kinds = fc.constantFrom(...KINDS.map(([, of]) => of))
    const keys = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(
        keys,
        kinds,
        fc.integer({ min: 0, max: 16_382 }),
        fc.integer({ min: 1, max: 99 }),
        async (names, of, cut, size) => {
          const records = names.map(of)
          const files = [records.slice(0, 20), records.slice(20)].map((part) => fileOf(...part))
          const low = await picked(files, [{ from: 0, to: cut }], size)
          const high = await picked(files, [{ from: cut + 1, to: 16_383 }], size)
          const isLow = (name: string) => keySlot(Buffer.from(name)) <= cut
          expect(low).toEqual(whole(...names.filter(isLow).map(of)))
          expect(high).toEqual(whole(...names.filter((name) => !isLow(name)).map(of)))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('reads keys that are packed or numbers', async () => {
    const packed = bytes(0xc3, 5, 20, 0, 'a', 0xe0, 10, 0)
    const key = 'a'.repeat(20)
    const slot = keySlot(Buffer.from(key))
    const record = bytes(0, packed, text('v'))
    expect(await picked([fileOf(record)], [{ from: slot, to: slot }])).toEqual(whole(record))
    const number = bytes(0, 0xc0, 0xff, text('v'))
    const of = keySlot(Buffer.from('-1'))
    expect(await picked([fileOf(number)], [{ from: of, to: of }])).toEqual(whole(number))
  })

  it('has the functions of all shards once', async () => {
    const library = bytes(0xf5, text('#!lua name=l'))
    expect(await picked([fileOf(library), fileOf(library)])).toEqual(whole(library))
  })

  it.each([
    ['is cut short', fileOf(bytes(0, text('key'), text('value'))).subarray(0, -12), 'has no end'],
    ['is no file of an engine', Buffer.from('nothing of the kind'), 'in a form'],
    ['came later', bytes('REDIS0080', END), 'in a form'],
    ['has other databases', fileOf(bytes(0xfe, 3, 0, text('key'), text('v'))), 'database 3'],
    ['has modules', fileOf(bytes(7, text('key'), 1)), 'type 7'],
  ])('is refused when one of them %s', async (_, file, because) => {
    await expect(picked([file])).rejects.toThrow(because)
    await expect(picked([file])).rejects.toBeInstanceOf(VaultDamage)
  })
})
