import { closeSync, mkdtempSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { capLog, openLog } from './capped-log.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a log that grew too large is moved aside while its writer goes on', () => {
  const file = join(folder, 'api.log')
  const log = openLog(file)
  writeSync(log, 'x'.repeat(100))
  capLog(file, 50)
  writeSync(log, 'after')
  closeSync(log)
  expect(readFileSync(file, 'utf8')).toBe('after')
  expect(readFileSync(`${file}.1`, 'utf8')).toBe('x'.repeat(100))
  expect(statSync(`${file}.1`).mode & 0o077).toBe(0)
})

test('a log below the cap, or none at all, is left alone', () => {
  const file = join(folder, 'api.log')
  closeSync(openLog(file))
  capLog(file, 50)
  capLog(join(folder, 'none.log'), 50)
  expect(readFileSync(file, 'utf8')).toBe('')
})
