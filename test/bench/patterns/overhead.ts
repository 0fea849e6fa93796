import type { Later } from '../later.ts'
import type { Comparison } from '../report.ts'
import { CachedRows, crowd, type Row } from './cached-rows.ts'

const KEYS = 1_000
const CROWD = 50
/** Short rounds in turn, so that whatever else the machine does befalls both ways alike. */
const OPERATIONS = 5_000
const WARM_UP = 5
const RATE_SHARE = 0.9

/** Hits per second through the library, and by GET and JSON.parse alone. */
export async function measureOverhead(later: Later, rounds: number): Promise<Comparison> {
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
  const rates = { baseline: [] as number[], product: [] as number[] }
  // The first rounds warm up and do not count.
  for (let round = -WARM_UP; round < rounds; round += 1) {
    for (const way of ['baseline', 'product'] as const) {
      const begunMs = performance.now()
      await crowd(CROWD, OPERATIONS, async (turn) => void (await ways[way]((turn % KEYS) + 1)))
      if (round >= 0) rates[way].push((OPERATIONS / (performance.now() - begunMs)) * 1_000)
    }
  }
  return {
    name: 'overhead',
    what: 'hits by the library / GET and JSON.parse',
    unit: '/s',
    ...rates,
    goal: { atLeast: RATE_SHARE },
  }
}
