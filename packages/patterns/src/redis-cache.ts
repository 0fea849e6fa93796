import { createHash } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import type { Cache } from './cache.ts'
import { ReadBatch } from './read-batch.ts'
import { STAMP_LENGTH, stampOf } from './stamp.ts'

const SWAP = `
local seen = redis.call('GETRANGE', KEYS[1], 0, ${STAMP_LENGTH - 1})
if seen ~= ARGV[1] then
  if seen == ARGV[4] then return 1 end
  return 0
end
if tonumber(ARGV[3]) > 0 then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
else
  redis.call('DEL', KEYS[1])
end
return 1`
const SWAP_SHA = createHash('sha1').update(SWAP).digest('hex')

/**
 * Redis or Valkey, alone, replicated or in cluster mode: every step touches one key. Reads of one turn of the event loop
 * leave as one MGET, but for clusters, whose keys lie on different nodes.
 *
 * @param options.reader takes the first look of each read, for data that may be as old as the replicas lag behind
 */
export function redisCache(client: Redis | Cluster, options: { reader?: Redis | Cluster } = {}): Cache {
  const { reader } = options
  return {
    engine: 'redis',
    get: readsOf(client),
    ...(reader === undefined ? {} : { getLagging: readsOf(reader) }),
    swap: async (key, stamp, record, lifeMs) => {
      const args = [key, stamp ?? '', record, Math.ceil(lifeMs), stampOf(record)] as const
      return (await runScript(client, args)) === 1
    },
    touch: async (key, lifeMs) => (await client.pexpire(key, Math.ceil(lifeMs))) === 1,
    remove: async (key) => void (await client.del(key)),
  }
}

function readsOf(client: Redis | Cluster): (key: string) => Promise<string | null> {
  const getOne = (key: string): Promise<string | null> => client.get(key)
  if (client.isCluster) return getOne
  const batch = new ReadBatch(getOne, (keys) => client.mget(keys))
  return (key) => batch.get(key)
}

/** A node that has just become primary, or was emptied, does not know the script yet. */
async function runScript(
  client: Redis | Cluster,
  args: readonly [string, string, string, number, string],
): Promise<unknown> {
  try {
    return await client.evalsha(SWAP_SHA, 1, ...args)
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
    return client.eval(SWAP, 1, ...args)
  }
}
