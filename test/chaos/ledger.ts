import { percentile } from '../bench/statistics.ts'
import type { WatchedGroup } from './harness/watched-group.ts'

interface Entry {
  times: number
  acked: number
  lost: number
  /** Of lost writes, before the fault. */
  oldestMs: number
  twoPrimaries: number
  silencesMs: number[]
  /** From the end of each fault until everything was as it should be. */
  restedMs: number[]
}

/** Older than this before a fault, no acknowledged write may be lost. */
const LAG_MS = 1_000
/** Of a round that only clears away. */
export const NO_FAULT = 'no fault'

/** What clients of groups with replicas went through, by kind of fault. */
export class Ledger {
  readonly #entries = new Map<string, Entry>()

  /** Takes stock of the group after a round. Returns what speaks against its promises. */
  async enter(fault: string, watched: WatchedGroup, isFirst: boolean): Promise<string[]> {
    const { canary, sampler, harmedAtMs, cache } = watched
    const entry = this.#entry(fault)
    const both = sampler.found.splice(0)
    const silence = harmedAtMs === null ? 0 : watched.silenceAfter(harmedAtMs)
    const { acked, lost } = await canary.takeStock()
    const ages = lost.map(({ atMs }) => (harmedAtMs ?? Infinity) - atMs)
    entry.times += isFirst && fault !== NO_FAULT ? 1 : 0
    entry.acked += acked
    entry.lost += lost.length
    entry.oldestMs = Math.max(entry.oldestMs, ...ages)
    entry.twoPrimaries += both.length
    if (harmedAtMs !== null && silence > 0) entry.silencesMs.push(silence)
    watched.harmedAtMs = null
    canary.failures.length = 0
    const old = ages.filter((age) => age > LAG_MS)
    return [
      ...old.map(
        (age) => `a write of ${cache.name} is lost, acknowledged ${Math.round(age)} ms before the fault`,
      ),
      ...both.map((ports) => `both ${ports} of ${cache.name} took writes`),
    ]
  }

  /** @param ms from the end of the fault until everything was as it should be */
  rested(fault: string, ms: number): void {
    this.#entry(fault).restedMs.push(ms)
  }

  /** By kind of fault, and all together. */
  table(): Record<string, Record<string, number | string>> {
    const all = [...this.#entries.values()]
    const rows = [...this.#entries].sort(([a], [b]) => (a < b ? -1 : 1))
    const total: Entry = {
      times: sum(all.map(({ times }) => times)),
      acked: sum(all.map(({ acked }) => acked)),
      lost: sum(all.map(({ lost }) => lost)),
      oldestMs: Math.max(0, ...all.map(({ oldestMs }) => oldestMs)),
      twoPrimaries: sum(all.map(({ twoPrimaries }) => twoPrimaries)),
      silencesMs: all.flatMap(({ silencesMs }) => silencesMs),
      restedMs: all.flatMap(({ restedMs }) => restedMs),
    }
    return Object.fromEntries([...rows, ['all', total] as const].map(([fault, entry]) => [fault, row(entry)]))
  }

  #entry(fault: string): Entry {
    const fresh = { times: 0, acked: 0, lost: 0, oldestMs: 0, twoPrimaries: 0, silencesMs: [], restedMs: [] }
    const entry = this.#entries.get(fault) ?? fresh
    this.#entries.set(fault, entry)
    return entry
  }
}

function row({
  times,
  acked,
  lost,
  oldestMs,
  twoPrimaries,
  silencesMs,
  restedMs,
}: Entry): Record<string, number | string> {
  return {
    faults: times,
    acknowledged: acked,
    lost,
    'oldest lost, ms': Math.round(oldestMs),
    'two primaries': twoPrimaries,
    'silence p50, ms': atPercentile(silencesMs, 0.5),
    'p99, ms': atPercentile(silencesMs, 0.99),
    'at rest p50, ms': atPercentile(restedMs, 0.5),
    'longest, ms': atPercentile(restedMs, 1),
  }
}

const atPercentile = (values: readonly number[], share: number): number | string =>
  values.length === 0 ? '' : Math.round(percentile(values, share))

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
