import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster } from 'ioredis'
import type { RespTarget } from '../../support/resp-client.ts'

const RETRY_MS = 20
const PATIENCE_MS = 60_000
/** So many that each of a few shards has some. */
const KEYS = Array.from({ length: 30 }, (_, i) => `served-${i}`)

export function clusterClient(seeds: readonly RespTarget[]): Cluster {
  const client = new Cluster(
    seeds.map(({ host = '127.0.0.1', port }) => ({ host, port })),
    { clusterRetryStrategy: () => RETRY_MS },
  )
  client.on('error', () => undefined)
  return client
}

/** SETs and GETs keys of all shards by a cluster client, again until all of them are answered. */
export async function untilServed(seeds: readonly RespTarget[]): Promise<void> {
  const client = clusterClient(seeds)
  try {
    const deadline = performance.now() + PATIENCE_MS
    while (!(await serves(client))) {
      if (performance.now() > deadline) throw new Error('the cluster has not served within a minute')
      await sleep(RETRY_MS)
    }
  } finally {
    client.disconnect()
  }
}

async function serves(client: Cluster): Promise<boolean> {
  try {
    await Promise.all(KEYS.map((key) => client.set(key, key)))
    const values = await Promise.all(KEYS.map((key) => client.get(key)))
    return values.every((value, i) => value === KEYS[i])
  } catch {
    return false
  }
}
