import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keepPassword, readIfThere, writePrivate } from './private-file.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'private-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('only the owner may read what is written, and no draft remains', async () => {
  const file = join(folder, 'env')
  await writePrivate(file, 'one')
  await writePrivate(file, 'two')
  expect(await readIfThere(file)).toBe('two')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder)).toEqual(['env'])
})

test('a password stays the same, and a file that was left open to others is closed', async () => {
  const file = join(folder, 'password')
  const password = await keepPassword(file)
  chmodSync(file, 0o644)
  expect(await keepPassword(file)).toBe(password)
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('an empty file, as a full disk leaves it, is no password', async () => {
  const file = join(folder, 'password')
  writeFileSync(file, '\n')
  expect((await keepPassword(file)).length).toBeGreaterThanOrEqual(32)
})
