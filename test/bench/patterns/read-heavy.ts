import type { Later } from '../later.ts'
import type { Reading } from '../report.ts'
import { percentile } from '../statistics.ts'
import { CachedRows, crowd } from './cached-rows.ts'
import { dice, zipf } from './zipf.ts'

const ROWS = 100_000
const CROWD = 32
const WARM_UP = 100_000
const OPERATIONS = 50_000
const WRITE_SHARE = 0.01
const QUERY_SHARE_MAX = 0.25

interface Load {
  queries: number
  p99Ms: number
}

/** Ninety-nine reads to one write, Zipf, on 100,000 rows: what reaches the database, and how long one operation takes. */
export async function measureReadHeavy(later: Later): Promise<Reading[]> {
  const rows = await CachedRows.start(later, ROWS)
  const products = rows.process()
  const cached = {
    read: (id: number) => products.get(id),
    write: (id: number, price: number) => products.write(id, () => rows.setPrice(id, price)),
  }
  const bare = {
    read: (id: number) => rows.query(id),
    write: (id: number, price: number) => rows.setPrice(id, price),
  }
  await load(rows, bare, CROWD * 10, 1)
  const without = await load(rows, bare, OPERATIONS, 2)
  await load(rows, cached, WARM_UP, 3)
  const through = await load(rows, cached, OPERATIONS, 4)
  const share = through.queries / without.queries
  return [
    {
      name: 'read-heavy',
      what: `database queries of ${OPERATIONS} operations, without / with the cache`,
      value: `${without.queries} / ${through.queries}, ${(share * 100).toFixed(1)} %`,
      goal: `<= ${QUERY_SHARE_MAX * 100} %`,
      isMet: share <= QUERY_SHARE_MAX,
    },
    {
      name: 'read-heavy',
      what: `p99 of ${CROWD} clients' operations, without / with the cache`,
      value: `${without.p99Ms.toFixed(1)} / ${through.p99Ms.toFixed(1)} ms`,
      goal: 'told',
      isMet: true,
    },
  ]
}

async function load(
  rows: CachedRows,
  shop: { read(id: number): Promise<unknown>; write(id: number, price: number): Promise<unknown> },
  operations: number,
  seed: number,
): Promise<Load> {
  const [draw, random] = [zipf(ROWS, seed), dice(seed)]
  const tookMs: number[] = []
  rows.queries = 0
  await crowd(CROWD, operations, async (turn) => {
    const id = draw()
    const begunMs = performance.now()
    await (random() < WRITE_SHARE ? shop.write(id, turn) : shop.read(id))
    tookMs.push(performance.now() - begunMs)
  })
  return { queries: rows.queries, p99Ms: percentile(tookMs, 0.99) }
}
