import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quote } from './quote.ts'

/** What a server reads back: its own rules for a quoted argument. */
function unquote(text: string): string {
  const inner = text.slice(1, -1)
  const bytes = inner.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

test('no value ends its line or its quotes, and every value is read back as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      const quoted = quote(value)
      expect(quoted).toMatch(/^"([A-Za-z0-9_.:/@#*+&~-]|\\x[0-9a-f]{2})*"$/)
      expect(unquote(quoted)).toBe(value)
    }),
  )
})

test('a newline does not begin another directive', () => {
  expect(quote('noeviction\nrequirepass hacked')).not.toMatch(/[\r\n ]/)
})
