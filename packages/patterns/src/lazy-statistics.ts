export interface LazyStatistics {
  hits: number
  /** Answered although no longer fresh, while loaded anew. */
  staleHits: number
  loads: number
  /** Reads that went on without the cache. */
  withoutCache: number
}
