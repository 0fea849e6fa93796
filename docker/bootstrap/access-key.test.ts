import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keepAccessKey } from './access-key.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'key-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('the key stays the same, and only its owner can read it', async () => {
  const file = join(folder, 'access-key.json')
  const made = await keepAccessKey(file)
  expect(await keepAccessKey(file)).toEqual(made)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(made.accessKeyId).toMatch(/^[A-Z0-9]{20}$/)
  expect(made.token.length).toBeGreaterThan(40)
})

test('two installations have different keys', async () => {
  const one = await keepAccessKey(join(folder, 'one'))
  const other = await keepAccessKey(join(folder, 'other'))
  expect(other.token).not.toBe(one.token)
  expect(other.accessKeyId).not.toBe(one.accessKeyId)
})
