import { createHash } from 'node:crypto'
import type { MemcacheClient } from 'memcache-client'
import type { Cache } from './cache.ts'
import { stampOf } from './stamp.ts'

/** The part of a Memcached client that is used: one node's, or that of `connectMemcached` for many. */
export type MemcachedNode = Pick<MemcacheClient, 'gets' | 'add' | 'cas' | 'cmd' | 'shutdown'>

/** Finds the node that holds a key. */
export type MemcachedRing = (key: string) => MemcachedNode

const LONGEST_KEY = 250
const LONGEST_RELATIVE_SECONDS = 30 * 24 * 60 * 60
const AT_ONCE = -1

/** Memcached. What a node held is lost with it, which makes reads slower; sessions that it held are gone. */
export function memcachedCache(ring: MemcachedRing): Cache {
  return {
    engine: 'memcached',
    get: async (key) => (await fetchRecord(ring, key))?.record ?? null,
    swap: (key, stamp, record, lifeMs) => swap(ring, key, stamp, record, lifeMs),
    touch: (key, lifeMs) => {
      const name = safeKey(key)
      return answered(ring(name).cmd(`touch ${name} ${seconds(lifeMs)}`), 'NOT_FOUND')
    },
    remove: async (key) => {
      const name = safeKey(key)
      await answered(ring(name).cmd(`delete ${name}`), 'NOT_FOUND')
    },
  }
}

async function swap(
  ring: MemcachedRing,
  key: string,
  stamp: string | null,
  record: string,
  lifeMs: number,
): Promise<boolean> {
  const name = safeKey(key)
  if (stamp === null)
    return answered(ring(name).add(name, record, { lifetime: seconds(lifeMs) }), 'NOT_STORED')
  const seen = await fetchRecord(ring, key)
  if (seen === null) return false
  if (stampOf(seen.record) !== stamp) return stampOf(seen.record) === stampOf(record)
  const options = { lifetime: seconds(lifeMs), casUniq: seen.casUniq }
  return answered(ring(name).cas(name, record, options), 'EXISTS', 'NOT_FOUND')
}

async function fetchRecord(
  ring: MemcachedRing,
  key: string,
): Promise<{ record: string; casUniq: string | number } | null> {
  const name = safeKey(key)
  // The client's types leave out that there may be nothing.
  const found = (await ring(name).gets<unknown>(name)) as { value: unknown; casUniq: string } | undefined
  if (found === undefined) return null
  return { record: String(found.value), casUniq: found.casUniq }
}

/** True unless the server refused with one of these words; anything else is an error. */
async function answered(reply: Promise<unknown>, ...refusals: string[]): Promise<boolean> {
  try {
    await reply
    return true
  } catch (error) {
    if (error instanceof Error && refusals.includes(error.message)) return false
    throw error
  }
}

/** Rounded up, because a lease must not end early; far futures are told as a date. */
function seconds(lifeMs: number): number {
  if (lifeMs <= 0) return AT_ONCE
  const life = Math.ceil(lifeMs / 1_000)
  return life < LONGEST_RELATIVE_SECONDS ? life : Math.floor(Date.now() / 1_000) + life
}

/** Memcached's protocol is text: a key with a blank or a line break in it would be another command. */
function safeKey(key: string): string {
  const isSafe = key.length <= LONGEST_KEY && /^[\x21-\x7e]+$/.test(key)
  return isSafe ? key : `sha256:${createHash('sha256').update(key).digest('hex')}`
}
