import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { Secret, VaultDamage, type Vault } from '@cacheplane/domain'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { S3Server } from '../../../test/support/s3-server.ts'
import { openVault } from './open-vault.ts'
import { Seal } from './seal.ts'
import type { VaultKeys } from './sealed-form.ts'

const keys: VaultKeys = { derive: (label) => new Secret(`derived for ${label}`) }
const others: VaultKeys = { derive: (label) => new Secret(`other ${label}`) }
const MIB = 1024 ** 2

/** A place for sealed files, and the way behind the vault's back. */
interface Place {
  open(keys: VaultKeys): Promise<Vault>
  /** Names of everything there, what is unfinished included. */
  names(): Promise<string[]>
  read(name: string): Promise<Buffer>
  write(name: string, content: Buffer): Promise<void>
  clear(): Promise<void>
}

const NAME = 'file-1.rdb.sealed'

async function* inPieces(content: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += size)
    yield await Promise.resolve(content.subarray(at, at + size))
}

function describeVault(kind: string, prepare: () => Promise<Place>): void {
  describe(`a vault in ${kind}`, () => {
    let place: Place
    let vault: Vault

    beforeAll(async () => {
      place = await prepare()
      vault = await place.open(keys)
    })
    beforeEach(() => place.clear())
    afterAll(() => place.clear())

    const read = async (fileId: string, from = vault): Promise<Buffer> => {
      const pieces: Uint8Array[] = []
      for await (const piece of from.open(fileId)) pieces.push(piece)
      return Buffer.concat(pieces)
    }

    it.each([0, 1, 65_535, 65_536, 65_537, 300_000, 9 * MIB])(
      'gives back the %d bytes that were kept',
      async (size) => {
        const content = randomBytes(size)
        const kept = await vault.keep('file-1', inPieces(content, 70_001))
        expect(kept.bytes).toBe(size)
        expect({ ...(await vault.find('file-1')), isFirst: true }).toEqual(kept)
        expect((await read('file-1')).equals(content)).toBe(true)
      },
    )

    it.each([999, 65_536])('gives back what was kept in frames of %d bytes', async (size) => {
      const content = randomBytes(200_001)
      const pieces: Buffer[] = []
      for await (const piece of new Seal(keys, 'file-1', size).sealed(inPieces(content, 70_001)))
        pieces.push(piece)
      await place.write(NAME, Buffer.concat(pieces))
      expect((await read('file-1')).equals(content)).toBe(true)
    })

    it('refuses a file whose frames stand in another order, or are fewer', async () => {
      const [frame, framed] = [1_000, 4 + 1_000 + 16]
      const pieces: Buffer[] = []
      for await (const piece of new Seal(keys, 'file-1', frame).sealed(inPieces(randomBytes(3_000), 3_000)))
        pieces.push(piece)
      const whole = Buffer.concat(pieces)
      const at = (n: number) => 20 + n * framed
      const [head, one, two, rest] = [
        whole.subarray(0, at(0)),
        whole.subarray(at(0), at(1)),
        whole.subarray(at(1), at(2)),
        whole.subarray(at(2)),
      ]
      for (const altered of [
        [head, two, one, rest],
        [head, one, rest],
        [head, one, two, two, rest],
      ]) {
        await place.write(NAME, Buffer.concat(altered))
        await expect(read('file-1')).rejects.toThrow(VaultDamage)
      }
      await place.write(NAME, whole)
      expect(await read('file-1')).toHaveLength(3_000)
    })

    it('shows nothing of the content to who reads the disk', async () => {
      await vault.keep('file-1', inPieces(Buffer.from('CANARY-'.repeat(30_000)), 4_096))
      expect((await place.read(NAME)).includes('CANARY')).toBe(false)
    })

    it('refuses a file that is cut short at any place', async () => {
      await vault.keep('file-1', inPieces(randomBytes(200_000), 50_000))
      const sealed = await place.read(NAME)
      const { length } = sealed
      for (const left of [length - 1, length - 76, length - 77, 131_072, 65_572, 20, 3, 0]) {
        await place.write(NAME, sealed.subarray(0, left))
        await expect(read('file-1')).rejects.toThrow(VaultDamage)
        await expect(vault.find('file-1')).rejects.toThrow(VaultDamage)
      }
    })

    it('refuses a file of which one bit is another', async () => {
      await vault.keep('file-1', inPieces(randomBytes(70_000), 70_000))
      const sealed = await place.read(NAME)
      for (const at of [2, 10, 25, 40_000, sealed.length - 20, sealed.length - 70]) {
        const altered = Buffer.from(sealed)
        altered[at] = (altered[at] ?? 0) ^ 1
        await place.write(NAME, altered)
        await expect(read('file-1')).rejects.toThrow(VaultDamage)
      }
    })

    it('refuses a file under the name of another, and one of another installation', async () => {
      await vault.keep('file-1', inPieces(randomBytes(100), 10))
      await place.write('file-2.rdb.sealed', await place.read(NAME))
      await expect(read('file-2')).rejects.toThrow(VaultDamage)
      await expect(read('file-1', await place.open(others))).rejects.toThrow(VaultDamage)
    })

    it.each([100_000, 9 * MIB])('leaves nothing of content that broke off after %d bytes', async (size) => {
      async function* broken(): AsyncGenerator<Buffer> {
        yield await Promise.resolve(randomBytes(size))
        throw new Error('the node died')
      }
      await expect(vault.keep('file-1', broken())).rejects.toThrow('the node died')
      expect(await place.names()).toEqual([])
      expect(await vault.find('file-1')).toBeNull()
    })

    it('keeps the first of two files of one id, and answers it to both', async () => {
      const first = await vault.keep('file-1', inPieces(Buffer.from('one'), 1))
      const second = await vault.keep('file-1', inPieces(Buffer.from('another'), 1))
      expect(second).toEqual({ ...first, isFirst: false })
      expect((await read('file-1')).toString()).toBe('one')
      expect(await place.names()).toEqual([NAME])
    })

    it('takes the absence of a file for its removal', async () => {
      await vault.keep('file-1', inPieces(Buffer.from('one'), 1))
      await vault.remove('file-1')
      await vault.remove('file-1')
      expect(await place.names()).toEqual([])
    })

    it('lists what lies there, strangers included', async () => {
      const before = Date.now()
      await vault.keep('file-1', inPieces(Buffer.from('one'), 1))
      await place.write('notes.txt', Buffer.from('not ours'))
      const listed = await vault.list()
      expect(listed.map(({ kind, fileId }) => ({ kind, fileId }))).toEqual([
        { kind: 'file', fileId: 'file-1' },
        { kind: 'file', fileId: null },
      ])
      // Stores tell whole seconds, and have clocks of their own.
      for (const { changedAt } of listed) expect(Math.abs(changedAt.getTime() - before)).toBeLessThan(5_000)
    })

    it('lists what is still being kept as a part, and lets it be discarded', async () => {
      let isListed: () => void = () => undefined
      const untilListed = new Promise<void>((resolve) => (isListed = resolve))
      async function* slow(): AsyncGenerator<Buffer> {
        yield randomBytes(9 * MIB)
        await untilListed
      }
      const keeping = vault.keep('file-1', slow()).catch(() => null)
      const parts = async () => (await vault.list()).filter(({ kind }) => kind === 'part')
      await expect.poll(parts).toHaveLength(1)
      const [part] = await parts()
      await vault.discard(part?.ref ?? '')
      expect(await parts()).toEqual([])
      isListed()
      await keeping
    })

    it('removes what is still being kept under an id, whose keeper fails, and nothing of another', async () => {
      let isListed: () => void = () => undefined
      const untilListed = new Promise<void>((resolve) => (isListed = resolve))
      async function* slow(): AsyncGenerator<Buffer> {
        yield randomBytes(9 * MIB)
        await untilListed
      }
      const keeping = ['file-1', 'file-11'].map((fileId) =>
        vault.keep(fileId, slow()).then(
          () => 'kept',
          () => 'failed',
        ),
      )
      const parts = async () => (await vault.list()).filter(({ kind }) => kind === 'part')
      await expect.poll(parts).toHaveLength(2)
      await vault.remove('file-1')
      expect(await parts()).toHaveLength(1)
      isListed()
      expect(await Promise.all(keeping)).toEqual(['failed', 'kept'])
      expect(await place.names()).toEqual(['file-11.rdb.sealed'])
    })

    it('makes no path of an id that is none', async () => {
      await expect(vault.find('../secret')).rejects.toThrow('letters, digits and hyphens')
    })
  })
}

describeVault('a folder', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'cacheplane-vault-'))
  const folder = join(parent, 'vault')
  return {
    open: (own) => openVault({ CACHEPLANE_VAULT: folder, CACHEPLANE_S3_REGION: 'eu-1' }, own),
    names: () => readdir(folder),
    read: (name) => readFile(join(folder, name)),
    write: async (name, content) => {
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, name), content)
    },
    clear: () => rm(folder, { recursive: true, force: true }),
  }
})

describeVault('a bucket of an S3-compatible server', async () => {
  const server = await S3Server.start()
  afterAll(() => server.close())
  const { client, bucket: Bucket, environment } = server
  const prefix = 'cache/plane/'
  const objects = async () =>
    ((await client.send(new ListObjectsV2Command({ Bucket, Prefix: prefix }))).Contents ?? []).map(
      ({ Key = '' }) => Key.slice(prefix.length),
    )
  return {
    open: (own) => openVault({ ...environment, CACHEPLANE_VAULT: `s3://${Bucket}/cache/plane` }, own),
    names: async () => {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }))
      return [...(await objects()), ...Uploads.map(({ UploadId = '' }) => UploadId)]
    },
    read: async (name) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: `${prefix}${name}` }))
      return Buffer.from((await Body?.transformToByteArray()) ?? [])
    },
    write: async (name, Body) => {
      await client.send(new PutObjectCommand({ Bucket, Key: `${prefix}${name}`, Body }))
    },
    clear: async () => {
      for (const name of await objects())
        await client.send(new DeleteObjectCommand({ Bucket, Key: `${prefix}${name}` }))
    },
  }
})

it('lets nobody but its own user read the files of a folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cacheplane-vault-'))
  try {
    const vault = await openVault({ CACHEPLANE_VAULT: folder, CACHEPLANE_S3_REGION: 'eu-1' }, keys)
    await vault.keep('file-1', inPieces(Buffer.from('one'), 1))
    expect((await stat(join(folder, NAME))).mode & 0o777).toBe(0o600)
  } finally {
    await rm(folder, { recursive: true })
  }
})
