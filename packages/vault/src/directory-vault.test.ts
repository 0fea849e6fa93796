import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret, VaultDamage } from '@cacheplane/domain'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DirectoryVault } from './directory-vault.ts'

const keys = { derive: (label: string) => new Secret(`derived for ${label}`) }
let directory: string
let vault: DirectoryVault

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cacheplane-vault-'))
  vault = new DirectoryVault(directory, keys)
})
afterEach(() => rm(directory, { recursive: true }))

async function* inPieces(content: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += size)
    yield await Promise.resolve(content.subarray(at, at + size))
}

async function read(fileId: string, from = vault): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of from.open(fileId)) pieces.push(piece)
  return Buffer.concat(pieces)
}

const sealedFile = () => join(directory, 'file-1.rdb.sealed')

it.each([0, 1, 65_535, 65_536, 65_537, 300_000])('gives back the %d bytes that were kept', async (size) => {
  const content = randomBytes(size)
  const kept = await vault.keep('file-1', inPieces(content, 7_001))
  expect(kept.bytes).toBe(size)
  expect(await vault.find('file-1')).toEqual(kept)
  expect((await read('file-1')).equals(content)).toBe(true)
})

it('shows nothing of the content to who reads the disk, and nobody else may read it', async () => {
  const content = Buffer.from('CANARY-'.repeat(30_000))
  await vault.keep('file-1', inPieces(content, 4_096))
  expect((await readFile(sealedFile())).includes('CANARY')).toBe(false)
  expect((await stat(sealedFile())).mode & 0o777).toBe(0o600)
})

it('refuses a file that is cut short at any place', async () => {
  await vault.keep('file-1', inPieces(randomBytes(200_000), 50_000))
  const { size } = await stat(sealedFile())
  for (const left of [size - 1, size - 76, size - 77, 131_072, 65_572, 20, 3, 0]) {
    await truncate(sealedFile(), left)
    await expect(read('file-1')).rejects.toThrow(VaultDamage)
    await expect(vault.find('file-1')).rejects.toThrow(VaultDamage)
  }
})

it('refuses a file of which one bit is another', async () => {
  await vault.keep('file-1', inPieces(randomBytes(70_000), 70_000))
  const sealed = await readFile(sealedFile())
  for (const at of [2, 10, 25, 40_000, sealed.length - 20, sealed.length - 70]) {
    const altered = Buffer.from(sealed)
    altered[at] = (altered[at] ?? 0) ^ 1
    await writeFile(sealedFile(), altered)
    await expect(read('file-1')).rejects.toThrow(VaultDamage)
  }
})

it('refuses a file under the name of another, and one of another installation', async () => {
  await vault.keep('file-1', inPieces(randomBytes(100), 10))
  await writeFile(join(directory, 'file-2.rdb.sealed'), await readFile(sealedFile()))
  await expect(read('file-2')).rejects.toThrow(VaultDamage)
  const other = new DirectoryVault(directory, { derive: (label) => new Secret(`other ${label}`) })
  await expect(read('file-1', other)).rejects.toThrow(VaultDamage)
})

it('leaves nothing of content that broke off', async () => {
  async function* broken(): AsyncGenerator<Buffer> {
    yield await Promise.resolve(randomBytes(100_000))
    throw new Error('the node died')
  }
  await expect(vault.keep('file-1', broken())).rejects.toThrow('the node died')
  expect(await readdir(directory)).toEqual([])
  expect(await vault.find('file-1')).toBeNull()
})

it('keeps the first of two files of one id, and answers it to both', async () => {
  const first = await vault.keep('file-1', inPieces(Buffer.from('one'), 1))
  const second = await vault.keep('file-1', inPieces(Buffer.from('another'), 1))
  expect(second).toEqual(first)
  expect((await read('file-1')).toString()).toBe('one')
})

it('takes the absence of a file for its removal', async () => {
  await vault.keep('file-1', inPieces(Buffer.from('one'), 1))
  await vault.remove('file-1')
  await vault.remove('file-1')
  expect(await readdir(directory)).toEqual([])
})

it('makes no path of an id that is none', async () => {
  await expect(vault.find('../secret')).rejects.toThrow('letters, digits and hyphens')
})
