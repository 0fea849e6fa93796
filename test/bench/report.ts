import { median, percentile } from './statistics.ts'

/** A bound on the ratio of medians, product to baseline. */
type RatioGoal = { atMost: number } | { atLeast: number }

/** The same thing done both ways, alternately. */
export interface Comparison {
  name: string
  what: string
  unit: 'ms' | '/s'
  baseline: readonly number[]
  product: readonly number[]
  goal: RatioGoal
}

/** Something that has no counterpart, against a bound of its own. */
export interface Reading {
  name: string
  what: string
  value: string
  goal: string
  isMet: boolean
}

/** Milliseconds against bounds on some of their percentiles; all of them are told. */
export function percentileReading(
  name: string,
  what: string,
  samples: readonly number[],
  goals: { p50: number; p99?: number },
): Reading {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(samples, share))
  const goal99 = goals.p99 ?? Infinity
  return {
    name,
    what: `${what}, ${samples.length} rounds`,
    value: `p50 ${p50?.toFixed(0)}, p95 ${p95?.toFixed(0)}, p99 ${p99?.toFixed(0)} ms`,
    goal: `p50 <= ${goals.p50}${goals.p99 === undefined ? '' : `, p99 <= ${goals.p99}`} ms`,
    isMet: (p50 ?? Infinity) <= goals.p50 && (p99 ?? Infinity) <= goal99,
  }
}

export function renderComparisons(comparisons: readonly Comparison[]): string {
  const head = ['', 'product / baseline', 'baseline', 'p95', 'product', 'p95', 'ratio', 'goal', '', 'rounds']
  return renderTable([head, ...comparisons.map(comparisonRow)])
}

export function renderReadings(readings: readonly Reading[]): string {
  const rows = readings.map(({ name, what, value, goal, isMet }) => [name, what, value, goal, verdict(isMet)])
  return renderTable([['', 'reading', 'value', 'goal', ''], ...rows])
}

function comparisonRow({ name, what, unit, baseline, product, goal }: Comparison): string[] {
  const ratio = median(product) / median(baseline)
  const isMet = 'atMost' in goal ? ratio <= goal.atMost : ratio >= goal.atLeast
  return [
    name,
    what,
    ...[baseline, product].flatMap((samples) => [
      `${median(samples).toFixed(0)} ${unit}`,
      // Of a rate the bad end is the low one.
      `${percentile(samples, unit === 'ms' ? 0.95 : 0.05).toFixed(0)} ${unit}`,
    ]),
    ratio.toFixed(2),
    'atMost' in goal ? `<= ${goal.atMost}` : `>= ${goal.atLeast}`,
    verdict(isMet),
    String(product.length),
  ]
}

const verdict = (isMet: boolean): string => (isMet ? 'met' : 'MISSED')

function renderTable(rows: readonly (readonly string[])[]): string {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(width(column))).join('  ')
  return rows.map((row) => line(row).trimEnd()).join('\n')
}
