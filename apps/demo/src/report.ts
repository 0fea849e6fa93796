import type { ControlRoom } from './control-room.ts'
import { percentile, sumFigures, type Figures } from './figures.ts'
import { PRODUCTS } from './products.ts'

const WARM_UP_MS = 10_000
/** Short, in turns and added up, so that whatever else the machine does befalls both alike. */
const TURNS = 4
const TURN_MS = 2_000
const FAILOVER_MS = 2_500

interface Phase {
  figures: Figures
  seconds: number
}

/** Has the page's buttons pressed one after the other, and tells the figures as a table. */
export async function writeReport(room: ControlRoom): Promise<string> {
  await room.measure(WARM_UP_MS)
  const turns: Record<'through' | 'without', Figures[]> = { through: [], without: [] }
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const way of ['through', 'without'] as const) {
      room.setCache(way === 'through')
      turns[way].push(await room.measure(TURN_MS))
    }
  }
  room.setCache(true)
  const before = await stateAfter(room, 0)
  await room.failOver()
  const after = await stateAfter(room, FAILOVER_MS)
  const seconds = (TURNS * TURN_MS) / 1_000
  return [
    renderTable(
      { figures: sumFigures(turns.through), seconds },
      { figures: sumFigures(turns.without), seconds },
    ),
    '',
    `Of ${after.requests - before.requests} requests around a failover ${after.failed - before.failed} failed.`,
    `Both by turns, ${seconds} seconds each; ${PRODUCTS} products, popular ones more often, each with its reviews.`,
  ].join('\n')
}

async function stateAfter(room: ControlRoom, ms: number) {
  await room.measure(ms)
  return room.state
}

function renderTable(through: Phase, without: Phase): string {
  const columns = [through, without]
  const perSecond = (of: (figures: Figures) => number) =>
    columns.map(({ figures, seconds }) => (of(figures) / seconds).toFixed(0))
  const latency = (share: number) =>
    columns.map(({ figures }) => `${percentile(figures.tookMs, share).toFixed(1)} ms`)
  const { hits, reads } = through.figures
  const rows = [
    ['', 'with the cache', 'without'],
    ['answered by the cache', `${((100 * hits) / Math.max(1, reads)).toFixed(1)} %`, '-'],
    ['products shown per second', ...perSecond(({ reads }) => reads)],
    ['database queries per second', ...perSecond(({ queries }) => queries)],
    ['latency of a product, p50', ...latency(0.5)],
    ['latency of a product, p99', ...latency(0.99)],
  ]
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')
  return rows.map((row) => line(row).trimEnd()).join('\n')
}
