import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Secret } from '@cacheplane/domain'
import { expect, it } from 'vitest'
import { saveStream } from './save-stream.ts'

const LOGIN = { user: 'control', password: new Secret('secret') }
const MARK = 'm'.repeat(39) + 'k'

/** A node that answers what is asked of it before a copy, and then sends these pieces as they are. */
async function save(pieces: readonly Buffer[], closes = false): Promise<Buffer | string> {
  const server = createServer((socket) => void answer(socket, pieces, closes)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  try {
    const answered = await saveStream({ host: '127.0.0.1', port, tls: null }, LOGIN, async (content) => {
      const got: Uint8Array[] = []
      for await (const piece of content) got.push(piece)
      return Buffer.concat(got)
    })
    return answered.kind === 'answered' ? answered.value : answered.because
  } finally {
    server.close()
  }
}

async function answer(socket: Socket, pieces: readonly Buffer[], closes: boolean): Promise<void> {
  socket.on('error', () => undefined).setNoDelay(true)
  for await (const asked of socket) {
    if (!String(asked).includes('SYNC')) {
      socket.write('+OK\r\n')
      continue
    }
    for (const piece of pieces) {
      socket.write(piece)
      // So that it comes as a piece of its own.
      await sleep(2)
    }
    if (closes) socket.end()
  }
}

const HEAD = Buffer.from(`\n$EOF:${MARK}\r\n`)

it.each([
  ['in one with the rest', [0]],
  ['as a piece of its own', [100_000]],
  ['cut in two', [100_010]],
  ['in three', [99_999, 100_001, 100_039]],
  ['after pieces shorter than itself', [99_950, 99_970, 99_990, 100_000, 100_020]],
])('gives what comes before the mark, which comes %s', async (_, cuts) => {
  const content = randomBytes(100_000)
  const all = Buffer.concat([content, Buffer.from(MARK)])
  const ends = [...cuts, all.length]
  const pieces = ends.map((end, i) => all.subarray(ends[i - 1] ?? 0, end)).filter(({ length }) => length > 0)
  const got = await save([HEAD, ...pieces])
  expect(Buffer.isBuffer(got) && got.equals(content)).toBe(true)
})

it('takes nothing for the whole that breaks off before the mark', async () => {
  expect(await save([HEAD, randomBytes(1_000), Buffer.from(MARK.slice(0, 39))], true)).toContain('closed')
})

it('says what the node refuses', async () => {
  expect(await save([Buffer.from('-NOPERM no such right\r\n')])).toContain('NOPERM')
})
