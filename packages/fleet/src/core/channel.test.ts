import { expect, it } from 'vitest'
import { Channel } from './channel.ts'

const piece = (size: number, value = 1) => Buffer.alloc(size, value)

async function read(channel: Channel): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const one of channel) pieces.push(one)
  return Buffer.concat(pieces)
}

it('hands everything on in order, and ends', async () => {
  const channel = new Channel()
  const reading = read(channel)
  for (let value = 1; value <= 20; value++) await channel.offer(piece(1_000_000, value))
  channel.end()
  const content = await reading
  expect(content.length).toBe(20_000_000)
  expect(Array.from({ length: 20 }, (_, i) => content[i * 1_000_000])).toEqual(
    Array.from({ length: 20 }, (_, i) => i + 1),
  )
})

it('has the writer wait for a slow reader', async () => {
  const channel = new Channel()
  await channel.offer(piece(5 * 1024 ** 2))
  let isTaken = false
  const second = channel.offer(piece(1)).then(() => (isTaken = true))
  await new Promise(setImmediate)
  expect(isTaken).toBe(false)
  const reading = read(channel)
  await second
  channel.end()
  expect((await reading).length).toBe(5 * 1024 ** 2 + 1)
})

it('lets a writer go on whose reader has left', async () => {
  const channel = new Channel()
  await channel.offer(piece(5 * 1024 ** 2))
  const blocked = channel.offer(piece(5 * 1024 ** 2))
  for await (const _ of channel) break
  await blocked
  await channel.offer(piece(50 * 1024 ** 2))
})

it('throws what the writer failed with, and never ends instead', async () => {
  const channel = new Channel()
  await channel.offer(piece(10))
  channel.fail(new Error('the node died'))
  channel.end()
  await expect(read(channel)).rejects.toThrow('the node died')
})
