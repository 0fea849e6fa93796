import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { migrate } from '@cacheplane/store'
import { findFreePort } from '../../docker/bootstrap/free-port.ts'
import { PRISMA_DIR, startThrowAwayServer } from '../support/postgres.ts'
import { fillGroups } from './fill-groups.ts'
import { Later } from './later.ts'
import { usageOf } from './process-usage.ts'
import type { Reading } from './report.ts'
import { startServer } from './start-server.ts'

/** How many nodes, and what they may cost at most, in percent of one core; the second figure is told for what it is. */
const CASES = [
  { nodes: 200, maxPercent: 8 },
  { nodes: 2_000, maxPercent: 80 },
] as const
/** Nobody else listens there: caches are published on 127.0.0.1. Rows of the bench number ports from the next one on. */
const HOST = '127.0.0.2'
const FIRST_PORT = 10_001
const SETTLE_MS = 4_000
const MEASURE_MS = 20_000

/** What holding and asking that many nodes costs a worker, with the query that tells them; the nodes themselves are toys. */
export async function measureProbing(later: Later): Promise<Reading[]> {
  const readings: Reading[] = []
  for (const { nodes, maxPercent } of CASES) readings.push(await measureCase(later, nodes, maxPercent))
  return readings
}

async function measureCase(later: Later, nodes: number, maxPercent: number): Promise<Reading> {
  const own = new Later()
  later.add(() => own.run())
  const reading = await watch(own, nodes, maxPercent)
  await own.run()
  return reading
}

async function watch(later: Later, nodes: number, maxPercent: number): Promise<Reading> {
  const server = await startThrowAwayServer()
  later.add(() => server.remove())
  await migrate(server.adminUrl, PRISMA_DIR)
  await fillGroups(server.adminUrl, '000000000000', nodes)
  const common = { BENCH_HOST: HOST, BENCH_KEY: randomBytes(32).toString('base64') }
  await startProgram(later, 'tiny-nodes.ts', {
    ...common,
    BENCH_FROM: String(FIRST_PORT),
    BENCH_COUNT: String(nodes),
  })
  const pid = await startProgram(later, 'prober.ts', { ...common, DATABASE_URL: server.adminUrl })
  await sleep(SETTLE_MS)
  const before = await usageOf([pid])
  const begunMs = performance.now()
  await sleep(MEASURE_MS)
  const after = await usageOf([pid])
  const seconds = (performance.now() - begunMs) / 1_000
  const percent = ((after.cpuSeconds - before.cpuSeconds) / seconds) * 100
  return {
    name: 'probing',
    what: `${nodes} nodes watched, of one core, over ${seconds.toFixed(0)} s`,
    value: `${percent.toFixed(2)} %`,
    goal: `< ${maxPercent} %`,
    isMet: percent < maxPercent,
  }
}

/** Returns the id of its process. */
async function startProgram(
  later: Later,
  file: string,
  environment: Record<string, string>,
): Promise<number> {
  const port = await findFreePort()
  const args = ['--import', 'tsx', join(import.meta.dirname, file)]
  return startServer(later, port, args, { ...environment, BENCH_PORT: String(port) })
}
