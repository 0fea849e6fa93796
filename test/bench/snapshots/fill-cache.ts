import { randomBytes } from 'node:crypto'
import { RespClient, type RespTarget } from '../../support/resp-client.ts'

const VALUE_BYTES = 1_000
const BATCH = 500
const WITHIN_MS = 30_000
/** Values are cut out of it: nothing that an engine could compress, and cheap to make. */
const NOISE = randomBytes(1024 ** 2).toString('base64')

/** Sets keys until the engine says that its data take so much memory. Returns how many there are. */
export async function fillCache(target: RespTarget, megabytes: number): Promise<number> {
  const client = await RespClient.open(target)
  try {
    for (let keys = 0; ; keys += BATCH) {
      if (keys % (40 * BATCH) === 0 && (await usedMegabytes(client)) >= megabytes) return keys
      await client.ask(
        Array.from({ length: BATCH }, (_, i) => ['SET', `bench:${keys + i}`, valueOf(keys + i)]),
        WITHIN_MS,
      )
    }
  } finally {
    client.close()
  }
}

function valueOf(number: number): string {
  const from = (number * 7_919) % (NOISE.length - VALUE_BYTES)
  return NOISE.slice(from, from + VALUE_BYTES)
}

async function usedMegabytes(client: RespClient): Promise<number> {
  const [info] = await client.ask([['INFO', 'memory']], WITHIN_MS)
  return Number(/used_memory:(\d+)/.exec(String(info))?.[1] ?? NaN) / 1024 ** 2
}
