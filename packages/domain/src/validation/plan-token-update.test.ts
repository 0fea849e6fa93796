import { expect, it } from 'vitest'
import { Secret } from '../secret.ts'
import { planTokenUpdate } from './plan-token-update.ts'

const [A, B, C] = ['a', 'b', 'c'].map((letter) => new Secret(letter.repeat(16)))
const WITH_TLS = { transitEncryptionMode: 'required' } as const

type Held = [current: Secret | undefined, former: Secret | undefined]

function after([current, former]: Held, strategy: 'SET' | 'ROTATE', token: Secret | undefined) {
  if (token === undefined) throw new Error('a token is given')
  const tokens = { authToken: current ?? null, formerAuthToken: former ?? null }
  const planned = planTokenUpdate(WITH_TLS, tokens, { token, strategy })
  return [planned.authToken, planned.formerAuthToken].map((one) => one?.reveal()[0] ?? '').join('')
}

it.each<[string, Held, 'SET' | 'ROTATE', Secret | undefined, string]>([
  ['rotating adds to one', [A, undefined], 'ROTATE', B, 'ba'],
  ['rotating twice drops the oldest', [B, A], 'ROTATE', C, 'cb'],
  ['rotating to the newest again changes nothing', [B, A], 'ROTATE', B, 'ba'],
  ['setting drops the former', [B, A], 'SET', B, 'b'],
  ['setting what is set changes nothing', [B, undefined], 'SET', B, 'b'],
  ['setting requires a first one', [undefined, undefined], 'SET', A, 'a'],
])('%s', (_, held, strategy, token, result) => {
  expect(after(held, strategy, token)).toBe(result)
})

it.each<[string, Held, 'SET' | 'ROTATE', Secret | undefined]>([
  ['there is none to rotate', [undefined, undefined], 'ROTATE', A],
  ['clients were never told it', [A, undefined], 'SET', B],
  ['it is the former', [B, A], 'SET', A],
])('a token is refused when %s', (_, held, strategy, token) => {
  expect(() => after(held, strategy, token)).toThrow(/authTokenUpdateStrategy/)
})

it('a token is refused without TLS', () => {
  const update = { token: new Secret('x'.repeat(16)), strategy: 'SET' } as const
  expect(() =>
    planTokenUpdate({ transitEncryptionMode: null }, { authToken: null, formerAuthToken: null }, update),
  ).toThrow(/transitEncryptionEnabled/)
})
