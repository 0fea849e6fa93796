import type { Later } from '../later.ts'
import type { Comparison } from '../report.ts'
import { CachedRows, crowd, type Row } from './cached-rows.ts'

const KEYS = 1_000
/** Alone nobody has company to share a question with; together they have. Short rounds in turn, so that whatever else the
 * machine does befalls both ways alike. */
const CROWDS = [
  { name: 'overhead', crowd: 50, operations: 5_000 },
  { name: 'alone', crowd: 1, operations: 1_000 },
] as const
const WARM_UP = 5
/** At most ten per cent more time for each, rounded up. */
const RATE_SHARE = 0.91

/** Hits per second through the library, and by GET and JSON.parse alone: of many readers at once, and of a single one. */
export async function measureOverhead(later: Later, rounds: number): Promise<Comparison[]> {
  const rows = await CachedRows.start(later, KEYS)
  const products = rows.process()
  const { primary } = rows.connect()
  for (let id = 1; id <= KEYS; id += 1) {
    const row = await products.get(id)
    await primary.set(`bare:${id}`, JSON.stringify(row))
  }
  const ways = {
    baseline: async (id: number) => JSON.parse((await primary.get(`bare:${id}`)) ?? 'null') as Row | null,
    product: (id: number) => products.get(id),
  }
  const comparisons: Comparison[] = []
  for (const { name, crowd: size, operations } of CROWDS) {
    const rates = { baseline: [] as number[], product: [] as number[] }
    // The first rounds warm up and do not count.
    for (let round = -WARM_UP; round < rounds; round += 1) {
      for (const way of ['baseline', 'product'] as const) {
        const begunMs = performance.now()
        await crowd(size, operations, async (turn) => void (await ways[way]((turn % KEYS) + 1)))
        if (round >= 0) rates[way].push((operations / (performance.now() - begunMs)) * 1_000)
      }
    }
    const what = `hits by the library / GET and JSON.parse, ${size} at once`
    comparisons.push({ name, what, unit: '/s', ...rates, goal: { atLeast: RATE_SHARE } })
  }
  return comparisons
}
