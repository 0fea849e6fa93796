import type { ControlRoom, State } from './control-room.ts'

const PHASE_MS = 6_000
/** After a change the first second still shows what was before. */
const SETTLE_MS = 2_500

/** Has the page's buttons pressed one after the other, and tells the figures as a table. */
export async function writeReport(room: ControlRoom): Promise<string> {
  await pass(PHASE_MS + SETTLE_MS)
  const through = room.state
  room.setCache(false)
  await pass(SETTLE_MS)
  const without = room.state
  room.setCache(true)
  await pass(SETTLE_MS)
  const before = room.state
  await room.failOver()
  await pass(SETTLE_MS)
  const after = room.state
  return renderReport(through, without, after.requests - before.requests, after.failed - before.failed, after)
}

function renderReport(
  through: State,
  without: State,
  requests: number,
  failed: number,
  { slowestMs }: State,
): string {
  const ms = (value: number) => `${value.toFixed(1)} ms`
  const rows = [
    ['', 'with the cache', 'without'],
    ['hit rate', `${(through.hitRate * 100).toFixed(1)} %`, '-'],
    ['database queries per second', through.queriesPerSecond.toFixed(0), without.queriesPerSecond.toFixed(0)],
    ['requests per second', through.requestsPerSecond.toFixed(0), without.requestsPerSecond.toFixed(0)],
    ['latency of a product, p50', ms(through.p50Ms), ms(without.p50Ms)],
    ['latency of a product, p99', ms(through.p99Ms), ms(without.p99Ms)],
    ['failed of the requests around a failover', `${failed} of ${requests}`, ''],
    ['slowest request of all', ms(slowestMs), ''],
  ]
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
