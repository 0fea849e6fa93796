import { parseArgs } from 'node:util'
import { makeTemplates, startThrowAwayServer } from '../support/postgres.ts'
import { ADMIN_URL_VARIABLE } from '../support/template-db.ts'
import { playFailovers } from './failover-scenario.ts'

const USAGE = 'npm run simulate -- [--schedules 100] [--seed 1] [--verbose]'

/** Plays many failover schedules on a Postgres of its own and sums them up; exits with 1 if a promise was broken. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      schedules: { type: 'string', default: '100' },
      seed: { type: 'string', default: '1' },
      verbose: { type: 'boolean', default: false },
    },
  })
  const [schedules, first] = [Number(values.schedules), Number(values.seed)]
  if (!Number.isInteger(schedules) || !Number.isInteger(first)) throw new Error(USAGE)
  const server = await startThrowAwayServer()
  try {
    await makeTemplates(server.adminUrl)
    process.env[ADMIN_URL_VARIABLE] = server.adminUrl
    return await play(first, schedules, values.verbose)
  } finally {
    await server.remove()
  }
}

async function play(first: number, schedules: number, verbose: boolean): Promise<number> {
  const begunMs = performance.now()
  const sum = { promotions: 0, acknowledged: 0, lost: 0, healedMs: 0 }
  const failing: number[] = []
  for (let seed = first; seed < first + schedules; seed++) {
    const result = await playFailovers({ seed, engines: seed % 3 === 0 ? 1 : 3 })
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

process.exitCode = await main()
