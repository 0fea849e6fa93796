import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { tarFile } from './tar-file.ts'

test('tar reads back name, owner, mode and text', () => {
  const text = 'requirepass secret\n'
  const archive = tarFile('queue.conf', text, { uid: 999, gid: 999, mode: 0o600 })
  const listing = execFileSync('tar', ['-tvf', '-', '--numeric-owner'], { input: archive, encoding: 'utf8' })
  expect(listing).toMatch(/^-rw------- 999\/999 +19 .* queue\.conf\n$/)
  expect(execFileSync('tar', ['-xOf', '-'], { input: archive, encoding: 'utf8' })).toBe(text)
})
