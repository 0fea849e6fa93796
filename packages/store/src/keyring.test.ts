import { Secret, type SecretCell } from '@cacheplane/domain'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AesKeyring } from './keyring.ts'

const cell: SecretCell = {
  accountId: '1',
  table: 'replication_group',
  rowId: 'rg-1',
  column: 'auth_token_sealed',
}
const keyring = new AesKeyring(Buffer.alloc(32, 1))

describe('AesKeyring', () => {
  it('opens what it sealed, and seals the same text differently each time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const [one, two] = [keyring.seal(new Secret(text), cell), keyring.seal(new Secret(text), cell)]
        return (
          one !== two &&
          keyring.open(one, cell).reveal() === text &&
          keyring.open(two, cell).reveal() === text
        )
      }),
    )
  })

  it('does not open for another cell, under another key, or with any byte changed', () => {
    const sealed = keyring.seal(new Secret('a token'), cell)
    for (const part of ['accountId', 'table', 'rowId', 'column'] as const) {
      expect(() => keyring.open(sealed, { ...cell, [part]: 'other' })).toThrow()
    }
    expect(() => new AesKeyring(Buffer.alloc(32, 2)).open(sealed, cell)).toThrow()
    const bytes = Buffer.from(sealed, 'base64url')
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes)
      changed[i] = (changed[i] ?? 0) ^ 1
      expect(() => keyring.open(changed.toString('base64url'), cell)).toThrow()
    }
    expect(() => keyring.open('', cell)).toThrow()
  })

  it('derives 43 characters, the same for a label and others for others', () => {
    expect(keyring.derive('node-1').reveal()).toMatch(/^[\w-]{43}$/)
    expect(keyring.derive('node-1').reveal()).toBe(keyring.derive('node-1').reveal())
    expect(keyring.derive('node-1').reveal()).not.toBe(keyring.derive('node-2').reveal())
  })

  it('takes a key of 32 bytes and no other', () => {
    expect(() => new AesKeyring(Buffer.alloc(31))).toThrow(RangeError)
  })
})
