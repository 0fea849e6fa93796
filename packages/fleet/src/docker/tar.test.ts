import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { tar } from './tar.ts'

test('tar reads name, mode, owner and content back', () => {
  const archive = tar([{ name: 'node.key', content: 'x'.repeat(700), mode: 0o400 }], 999)
  const listed = execFileSync('tar', ['--list', '--verbose', '--numeric-owner'], {
    input: archive,
  }).toString()
  expect(listed).toMatch(/^-r-------- 999\/999 +700 .* node\.key\n$/)
  const content = execFileSync('tar', ['--extract', '--to-stdout'], { input: archive }).toString()
  expect(content).toBe('x'.repeat(700))
})
