import type { Later } from '../later.ts'
import type { Reading } from '../report.ts'
import { CachedRows, crowd } from './cached-rows.ts'

const KEYS = 50
const READERS_PER_KEY = 2

/** Writers and readers of the same keys in two processes: reads that answer less than what a finished write has left. */
export async function measureRacingWrites(later: Later, writes: number): Promise<Reading> {
  const rows = await CachedRows.start(later, KEYS)
  const processes = [rows.process(), rows.process()]
  const finished = new Array<number>(KEYS).fill(0)
  let [reads, stale, isOver] = [0, 0, false]
  const read = async (turn: number): Promise<void> => {
    const key = turn % KEYS
    while (!isOver) {
      const floor = finished[key] ?? 0
      const row = await processes[turn % 2]?.get(key + 1)
      reads += 1
      if ((row?.price ?? 0) < floor) stale += 1
    }
  }
  const write = async (): Promise<void> => {
    const perKey = Math.ceil(writes / KEYS)
    await crowd(KEYS, KEYS, async (key) => {
      for (let n = 1; n <= perKey; n += 1) {
        // Starts at what the table was filled with.
        const price = KEYS + n
        await processes[n % 2]?.write(key + 1, () => rows.setPrice(key + 1, price))
        finished[key] = price
      }
    })
    isOver = true
  }
  const readers = Array.from({ length: KEYS * READERS_PER_KEY }, (_, turn) => read(turn))
  await Promise.all([write(), ...readers])
  return {
    name: 'racing',
    what: `stale of ${reads} reads during ${writes} writes of ${KEYS} rows by two processes`,
    value: String(stale),
    goal: '0',
    isMet: stale === 0,
  }
}
