import { parseArgs } from 'node:util'
import { serveFreshDatabases } from '../support/template-db.ts'
import { explore } from './explore/explore.ts'
import { LARGE, SMALL } from './explore/menu.ts'
import { playFailovers } from './failover-scenario.ts'
import { playShortSchedules } from './short-schedules.ts'
import { ShortTable } from './short-table.ts'

const USAGE = 'npm run simulate -- [--schedules 1000] [--seed 1] [--long | --explore] [--verbose]'
/** Short schedules follow one another in one world; the number of its seed is the world's. */
const PER_WORLD = 40

interface Wish {
  seed: number
  schedules: number
  verbose: boolean
}

/** Plays schedules of failures on a Postgres of its own and sums them up; exits with 1 if a promise was broken. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      schedules: { type: 'string' },
      seed: { type: 'string', default: '1' },
      long: { type: 'boolean', default: false },
      explore: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
    },
  })
  const { long, verbose } = values
  if (values.explore) return exploreLarge()
  const [schedules, seed] = [Number(values.schedules ?? (long ? 20 : 1_000)), Number(values.seed)]
  if (!Number.isInteger(schedules) || !Number.isInteger(seed)) throw new Error(USAGE)
  const server = await serveFreshDatabases()
  try {
    return await (long ? playLong : playShort)({ seed, schedules, verbose })
  } finally {
    await server.remove()
  }
}

async function playShort({ seed: first, schedules, verbose }: Wish): Promise<number> {
  const table = new ShortTable()
  for (let seed = first; table.schedules < schedules; seed++) {
    const left = schedules - table.schedules
    const result = await playShortSchedules({
      seed,
      engines: enginesOf(seed),
      schedules: Math.min(PER_WORLD, left),
    })
    table.add(seed, result)
    const bad = result.reports.find(({ violations }) => violations.length > 0)
    if (bad === undefined) {
      if (verbose) console.log(`seed ${seed}: ${table.sum()}`)
      continue
    }
    console.log(`seed ${seed}, schedule ${result.reports.length}: ${JSON.stringify(bad.trouble)}`)
    console.log(`  ${bad.violations.join('\n  ')}`)
    if (verbose) console.log(`  ${bad.history.join('\n  ')}`)
  }
  console.log(table.render())
  console.log(table.sum())
  return table.failing.length === 0 ? 0 : 1
}

async function playLong({ seed: first, schedules, verbose }: Wish): Promise<number> {
  const begunMs = performance.now()
  const sum = { promotions: 0, acknowledged: 0, lost: 0, healedMs: 0 }
  const failing: number[] = []
  for (let seed = first; seed < first + schedules; seed++) {
    const result = await playFailovers({ seed, engines: enginesOf(seed) })
    sum.promotions += result.promotions
    sum.acknowledged += result.acknowledged
    sum.lost += result.lost
    sum.healedMs = Math.max(sum.healedMs, result.healedMs)
    if (result.violations.length === 0) continue
    failing.push(seed)
    console.log(`seed ${seed}: ${result.violations.join('\n  ')}`)
    if (verbose) console.log(result.history.join('\n  '))
  }
  const seconds = (performance.now() - begunMs) / 1_000
  console.log(
    `${schedules} schedules from seed ${first} in ${seconds.toFixed(1)} s (${(schedules / seconds).toFixed(2)} per second): ` +
      `${sum.promotions} promotions, ${sum.acknowledged} writes acknowledged, ${sum.lost} lost by unplanned failovers, ` +
      `healed within ${sum.healedMs} ms; failing seeds: ${failing.join(', ') || 'none'}`,
  )
  return failing.length === 0 ? 0 : 1
}

async function exploreLarge(): Promise<number> {
  let broken = 0
  for (const [name, opening] of [...SMALL, ...LARGE]) {
    const { states, transitions, depth, violation } = await explore(opening)
    console.log(`${name}: ${states} states, ${transitions} transitions, ${depth} deep`)
    if (violation === null) continue
    broken++
    console.log(`  ${violation.what}\n    ${violation.path.join('\n    ')}`)
  }
  return broken === 0 ? 0 : 1
}

/** One for all zones, or one for each. */
const enginesOf = (seed: number) => (seed % 3 === 0 ? 3 : 1)

process.exitCode = await main()
