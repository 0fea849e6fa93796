import { setTimeout as sleep } from 'node:timers/promises'
import type { Later } from '../later.ts'
import type { Reading } from '../report.ts'
import { CachedRows } from './cached-rows.ts'

const PROCESSES = 4
const READERS = 1_000
const TTL_S = 0.05

/** A thousand readers of one key that has just expired, in four processes: how many of them ask the database. */
export async function measureStampede(later: Later, rounds: number): Promise<Reading> {
  const rows = await CachedRows.start(later, 1)
  const options = { ttl: TTL_S, jitter: 0 }
  const processes = Array.from({ length: PROCESSES }, () => rows.process(options))
  await Promise.all(processes.map((one) => one.get(1)))
  const loads: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    await sleep(TTL_S * 2_000)
    rows.queries = 0
    await Promise.all(
      Array.from({ length: READERS / PROCESSES }, () => processes.map((one) => one.get(1))).flat(),
    )
    loads.push(rows.queries)
  }
  return {
    name: 'stampede',
    what: `loads by ${READERS} readers of one expired key in ${PROCESSES} processes, ${rounds} rounds`,
    value: `${Math.min(...loads)} to ${Math.max(...loads)}`,
    goal: '1',
    isMet: loads.every((count) => count === 1),
  }
}
