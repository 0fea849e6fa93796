import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadOrCreateKeyFile } from './key-file.ts'

describe('loadOrCreateKeyFile', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'cacheplane-key-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('makes one key of 32 bytes that only its owner reads, however many start at once', async () => {
    const file = path.join(folder, 'new', 'key')
    const keys = await Promise.all(Array.from({ length: 10 }, () => loadOrCreateKeyFile(file)))
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1)
    expect(keys[0]).toHaveLength(32)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await readdir(path.dirname(file))).toEqual(['key'])
  })

  it('refuses a file that others may read, and one that holds no key', async () => {
    const file = path.join(folder, 'key')
    await loadOrCreateKeyFile(file)
    await chmod(file, 0o640)
    await expect(loadOrCreateKeyFile(file)).rejects.toThrow(/chmod 600/)
    await chmod(file, 0o600)
    await writeFile(file, 'short')
    await expect(loadOrCreateKeyFile(file)).rejects.toThrow(/32 bytes/)
  })
})
