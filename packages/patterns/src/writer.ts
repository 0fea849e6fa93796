import { DOWN } from './guard.ts'
import type { Keep, Mark } from './keep.ts'
import type { Settings } from './lazy-options.ts'
import { readTags } from './tags.ts'
import type { Values } from './values.ts'

/** The write was refused before the source was touched, because no reader could have been told of it. */
export class CacheUnavailable extends Error {
  constructor(key: string) {
    super(`the cache could not be told that ${key} is about to change`)
    this.name = 'CacheUnavailable'
  }
}

/**
 * Marks the key, writes to the source, leaves the new value. Whatever fails in between, the old value is gone: the mark
 * took its place, and it ends by itself.
 */
export class Writer<Id, T> {
  constructor(
    private readonly settings: Settings<Id, T>,
    private readonly keep: Keep,
    private readonly values: Values<Id, T>,
  ) {}

  async write(key: string, id: Id, change: () => Promise<T | null>): Promise<T | null> {
    const mark = await this.keep.mark(key)
    if (mark.stamp === null && this.settings.isStrict) {
      await this.keep.withdraw(key, mark.token)
      throw new CacheUnavailable(key)
    }
    const tags = await this.#tags(id)
    let value: T | null
    try {
      value = await change()
    } catch (error) {
      // It may have happened all the same.
      await this.keep.withdraw(key, mark.token)
      throw error
    }
    const isLeft = tags !== DOWN && (await this.#leave(key, mark, value, tags))
    if (!isLeft) await this.keep.withdraw(key, mark.token)
    return value
  }

  #tags(id: Id): Promise<string | typeof DOWN> | string {
    const { tags, cache } = this.settings
    return tags === null ? '' : readTags(cache, this.keep.guard, tags(id))
  }

  /** Only a writer that was alone knows that its value is the last. */
  async #leave(key: string, mark: Mark, value: T | null, tags: string): Promise<boolean> {
    const kept = mark.isAlone ? this.values.toRecord(value, tags) : null
    if (kept === null || mark.stamp === null) return false
    return (await this.keep.swap(key, mark.stamp, kept.record, kept.lifeMs)) === true
  }
}
