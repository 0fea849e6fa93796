import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Secret } from './secret.ts'

describe('Secret', () => {
  it('shows its text to nobody who does not ask for it by name', () => {
    const secret = new Secret('CANARY-token')
    const error = new Error('x', { cause: secret })
    const shown = [
      `${secret}`,
      JSON.stringify({ secret }),
      inspect({ secret }),
      inspect(error),
      String(secret),
    ]
    expect(shown.join()).not.toContain('CANARY')
    expect(secret.reveal()).toBe('CANARY-token')
  })
})
