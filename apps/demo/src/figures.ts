/** What an instance has done since it was last asked. */
export interface Figures {
  requests: number
  hits: number
  reads: number
  queries: number
  /** Of product pages, in milliseconds. */
  tookMs: number[]
}

export const noFigures = (): Figures => ({ requests: 0, hits: 0, reads: 0, queries: 0, tookMs: [] })

export function sumFigures(all: readonly Figures[]): Figures {
  const sum = noFigures()
  for (const one of all) {
    sum.requests += one.requests
    sum.hits += one.hits
    sum.reads += one.reads
    sum.queries += one.queries
    sum.tookMs.push(...one.tookMs)
  }
  return sum
}

/** The smallest sample that so many do not exceed; 0 of none. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
}
