import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Findings } from './findings.ts'
import { checkIdentifier, isIdentifier } from './identifiers.ts'

describe('identifiers', () => {
  it.each(['a', 'A1', 'my-cache', 'a-1-b', 'x'.repeat(40)])('accept %s', (text) => {
    expect(isIdentifier(text, 40)).toBe(true)
  })

  it.each(['', '1a', '-a', 'a-', 'a--b', 'a_b', 'a.b', 'a b', 'ä', 'a\n', 'x'.repeat(41), '../a', '\u212a'])(
    'refuse %j',
    (text) => {
      expect(isIdentifier(text, 40)).toBe(false)
    },
  )

  it('come out lower-cased and safe, whatever goes in', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(checkIdentifier(new Findings(), 'id', text, 50)).toMatch(/^$|^[a-z][a-z0-9-]*$/)
      }),
    )
  })

  it('are judged in linear time', () => {
    const started = performance.now()
    isIdentifier(`a${'-a'.repeat(200_000)}-`, 1_000_000)
    expect(performance.now() - started).toBeLessThan(1_000)
  })
})
