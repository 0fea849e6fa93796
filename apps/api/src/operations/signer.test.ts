import { Secret } from '@cacheplane/domain'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { idempotencyOf } from './idempotency.ts'
import type { Service } from './service.ts'
import { Signer } from './signer.ts'

const signer = new Signer({ derive: (label) => new Secret(label) })

describe('markers', () => {
  it('come back as they were made', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(signer.open('a/list', signer.seal('a/list', text))).toBe(text)
      }),
    )
  })

  it('are good for one list of one account only', () => {
    expect(signer.open('a/other', signer.seal('a/list', 'orders'))).toBeNull()
    expect(signer.open('b/list', signer.seal('a/list', 'orders'))).toBeNull()
  })

  it('are refused when anything is changed', () => {
    const marker = signer.seal('a/list', 'orders')
    fc.assert(
      fc.property(fc.nat(marker.length - 1), fc.constantFrom(...'Az9-_.=%'), (at, letter) => {
        fc.pre(marker[at] !== letter)
        expect(signer.open('a/list', marker.slice(0, at) + letter + marker.slice(at + 1))).toBeNull()
      }),
    )
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(signer.open('a/list', text)).toBeNull()
      }),
    )
  })
})

describe('idempotency', () => {
  const fingerprint = (request: object, operation = 'CreateReplicationGroup') =>
    idempotencyOf({ signer } as unknown as Service, operation, request, 'key')?.fingerprint

  it('takes the same wish for the same, in whatever order it is written', () => {
    expect(fingerprint({ a: 1, b: { c: [1, 2], d: undefined } })).toBe(
      fingerprint({ b: { c: [1, 2] }, a: 1 }),
    )
  })

  it('tells apart other values, tokens and operations', () => {
    const all = [
      fingerprint({ a: 1 }),
      fingerprint({ a: '1' }),
      fingerprint({ a: [1] }),
      fingerprint({ a: 1 }, 'CreateCacheCluster'),
      fingerprint({ a: 1, authToken: new Secret('one-token-of-many') }),
      fingerprint({ a: 1, authToken: new Secret('another-token-of-many') }),
    ]
    expect(new Set(all).size).toBe(all.length)
  })

  it('is nothing without a key', () => {
    expect(idempotencyOf({ signer } as unknown as Service, 'CreateCacheCluster', {}, null)).toBeNull()
  })
})
