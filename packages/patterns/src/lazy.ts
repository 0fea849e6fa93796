import { DOWN, Guard } from './guard.ts'
import { Keep } from './keep.ts'
import { settle, type LazyOptions } from './lazy-options.ts'
import type { LazyStatistics } from './lazy-statistics.ts'
import { Reader } from './reader.ts'
import { tagKey } from './tags.ts'
import { Values } from './values.ts'
import { Writer } from './writer.ts'

const FAILURES_IN_ROW = 3
const PAUSE_MS = 250

export interface Lazy<Id, T> {
  /** The value, from the cache if it has it, else from the source. Fails only when the source does. */
  get(id: Id): Promise<T | null>
  /**
   * Write-through. `change` writes to the source and returns what it then holds, null if it was deleted. When this
   * resolves no `get` that begins later answers anything older, in any process.
   */
  write(id: Id, change: () => Promise<T | null>): Promise<T | null>
  /** Forgets the value; for writes to the source that went elsewhere. */
  invalidate(id: Id): Promise<void>
  /** Forgets every value under the tag. */
  invalidateTag(tag: string): Promise<void>
  readonly statistics: Readonly<LazyStatistics>
  /** Resolves when no invalidation waits for the cache to come back. */
  settled(): Promise<void>
  /** Stops trying; invalidations that still waited are reported. The connections are the caller's. */
  close(): void
}

/** The cache lies to the side: what it does not hold is loaded from the source, once, and kept. */
export function lazy<Id, T>(options: LazyOptions<Id, T>): Lazy<Id, T> {
  const settings = settle(options)
  const { cache, clock, timeoutMs, onProblem } = settings
  const guard = new Guard({
    timeoutMs,
    failuresInRow: FAILURES_IN_ROW,
    pauseMs: PAUSE_MS,
    now: clock.now,
    onProblem,
  })
  const keep = new Keep(cache, guard, clock, settings, onProblem)
  const values = new Values(settings)
  const reader = new Reader(settings, keep, values)
  const writer = new Writer(settings, keep, values)
  const keyOf = (id: Id): string => settings.prefix + settings.key(id)
  return {
    statistics: reader.statistics,
    get: (id) => reader.get(keyOf(id), id),
    write: (id, change) => writer.write(keyOf(id), id, change),
    invalidate: (id) => keep.withdraw(keyOf(id), null),
    invalidateTag: async (tag) => {
      const key = tagKey(tag)
      const remove = async () => (await guard.ask(key, () => cache.remove(key), true)) !== DOWN
      if (!(await remove())) keep.repairs.add(key, remove)
    },
    settled: () => keep.repairs.settled(),
    close: () => {
      for (const key of keep.repairs.close()) onProblem({ kind: 'unrepaired', key })
    },
  }
}
