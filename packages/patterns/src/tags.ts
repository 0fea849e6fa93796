import type { Cache } from './cache.ts'
import { DOWN, type Down, type Guard } from './guard.ts'
import { newStamp } from './stamp.ts'

const LIFE_MS = 30 * 24 * 60 * 60 * 1_000
const TRIES = 3

export const tagKey = (tag: string): string => `tag:${tag}`

/**
 * A tag is a key that holds a stamp. Values remember the stamps under which they were loaded, so that whoever removes
 * the tag makes all of them invalid at once, wherever they are and however many.
 */
export async function readTags(cache: Cache, guard: Guard, tags: readonly string[]): Promise<string | Down> {
  const stamps = await Promise.all(tags.map((tag) => readTag(cache, guard, tagKey(tag))))
  return stamps.includes(DOWN) ? DOWN : stamps.join(',')
}

async function readTag(cache: Cache, guard: Guard, key: string): Promise<string | Down> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const seen = await guard.ask(key, () => cache.get(key))
    if (seen === DOWN || seen !== null) return seen
    const stamp = newStamp()
    const made = await guard.ask(key, () => cache.swap(key, null, stamp, LIFE_MS))
    if (made === DOWN) return DOWN
    if (made) return stamp
  }
  return DOWN
}
