import type { Later } from '../later.ts'
import type { Section } from '../options.ts'
import type { Comparison, Reading } from '../report.ts'
import { measureOverhead } from './overhead.ts'
import { measureRacingWrites } from './racing-writes.ts'
import { measureReadHeavy } from './read-heavy.ts'
import { measureStampede } from './stampede.ts'

const ROUNDS = { stampede: 10, overhead: 50 } as const
const WRITES = 100_000

interface Bench {
  later: Later
  wants: (section: Section) => boolean
  rounds: number | null
  say: (message: string) => void
}

/** What the library of application patterns takes off a database, and what it costs. */
export async function measurePatterns(
  { later, wants, rounds, say }: Bench,
  comparisons: Comparison[],
  readings: Reading[],
): Promise<void> {
  if (wants('read-heavy')) {
    say('read-heavy')
    readings.push(...(await measureReadHeavy(later)))
  }
  if (wants('stampede')) {
    say('stampede')
    readings.push(await measureStampede(later, rounds ?? ROUNDS.stampede))
  }
  if (wants('racing')) {
    say(`racing: ${WRITES} writes`)
    readings.push(await measureRacingWrites(later, WRITES))
  }
  if (wants('overhead')) {
    say('overhead')
    comparisons.push(...(await measureOverhead(later, rounds ?? ROUNDS.overhead)))
  }
}
