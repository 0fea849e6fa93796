import { CRASH_POINTS } from './crash-menu.ts'
import type { ScheduleReport, ShortResult } from './short-schedules.ts'

interface Row {
  schedules: number
  killed: number
  frozen: number
  healedMs: number[]
  violations: number
}

/** Sums up short schedules by fault, and counts the points at which workers died or fell asleep. */
export class ShortTable {
  readonly failing: number[] = []
  schedules = 0
  readonly #begunMs = performance.now()
  readonly #rows = new Map<string, Row>()
  readonly #points = new Map<string, number>()
  readonly #sum = { promotions: 0, acknowledged: 0, lost: 0, seconds: 0, lostCalls: 0 }

  add(seed: number, { reports, promotions, acknowledged, lost }: ShortResult): void {
    this.#sum.promotions += promotions
    this.#sum.acknowledged += acknowledged
    this.#sum.lost += lost
    for (const report of reports) this.#count(report)
    if (reports.some(({ violations }) => violations.length > 0)) this.failing.push(seed)
  }

  sum(): string {
    const { promotions, acknowledged, lost, seconds, lostCalls } = this.#sum
    const rate = this.schedules / ((performance.now() - this.#begunMs) / 1_000)
    const visited = CRASH_POINTS.filter(({ name }) => this.#points.has(name)).length
    return (
      `${this.schedules} schedules (${rate.toFixed(1)} per second), ${seconds} with something else on top, ${lostCalls} calls lost or late: ` +
      `${promotions} promotions, ${acknowledged} writes acknowledged, ${lost} lost by unplanned failovers; ` +
      `workers stopped at ${visited} of ${CRASH_POINTS.length} points; failing seeds: ${this.failing.join(', ') || 'none'}`
    )
  }

  render(): string {
    const head =
      '| fault | schedules | worker killed | worker frozen | healed p50, ms | worst, ms | violations |'
    const faults = [...this.#rows].sort(byName).map(([fault, row]) => {
      const sorted = row.healedMs.sort((a, b) => a - b)
      const [median, worst] = [sorted[Math.floor(sorted.length / 2)] ?? 0, sorted.at(-1) ?? 0]
      return `| ${fault} | ${row.schedules} | ${row.killed} | ${row.frozen} | ${median} | ${worst} | ${row.violations} |`
    })
    const points = CRASH_POINTS.map(({ name }) => `${name} ${this.#points.get(name) ?? 0}`)
    return [head, '|---|---|---|---|---|---|---|', ...faults, '', `Stopped at: ${points.join(', ')}.`].join(
      '\n',
    )
  }

  #count({ trouble, isSprung, healedMs, violations }: ScheduleReport): void {
    const { fault, point, freezesMs, second, losesCalls } = trouble
    const row = this.#rows.get(fault) ?? { schedules: 0, killed: 0, frozen: 0, healedMs: [], violations: 0 }
    this.#rows.set(fault, row)
    this.schedules++
    row.schedules++
    row.healedMs.push(healedMs)
    row.violations += violations.length
    if (second !== null) this.#sum.seconds++
    this.#sum.lostCalls += losesCalls
    if (!isSprung || point === null) return
    if (freezesMs === null) row.killed++
    else row.frozen++
    this.#points.set(point, (this.#points.get(point) ?? 0) + 1)
  }
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1
}
