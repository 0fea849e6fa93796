import { Secret } from '@cacheplane/domain'
import { describe, expect, it } from 'vitest'
import { Principals } from './principals.ts'

function setUp() {
  const state = { now: 0, asked: 0, valid: true }
  const principals = new Principals(
    {
      findPrincipal: (token) => {
        state.asked += 1
        const isKnown = state.valid && token.reveal() === 'right'
        return Promise.resolve(isKnown ? { accountId: '000000000000', accessKeyId: 'ak-1' } : null)
      },
    },
    { monotonicMs: () => state.now },
  )
  return { state, find: (token: string) => principals.find(new Secret(token)) }
}

describe('principals', () => {
  it('are asked for once in five seconds', async () => {
    const { state, find } = setUp()
    for (let i = 0; i < 10; i += 1) expect(await find('right')).toMatchObject({ accessKeyId: 'ak-1' })
    expect(state.asked).toBe(1)
  })

  it('lose a key that is no longer valid within five seconds', async () => {
    const { state, find } = setUp()
    await find('right')
    state.valid = false
    state.now = 5_000
    expect(await find('right')).toBeNull()
    state.now = 0
    expect(await find('right')).toBeNull()
  })

  it('never take one key for another, and ask about wrong ones every time', async () => {
    const { state, find } = setUp()
    await find('right')
    for (const token of ['wrong', 'Right', 'right ', '']) expect(await find(token)).toBeNull()
    expect(await find('wrong')).toBeNull()
    expect(state.asked).toBe(6)
  })
})
