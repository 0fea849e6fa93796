import type { FaultName } from './faults.ts'

/** What the service is there for, and what hits in the middle of it, comes oftener; the others weigh one. */
const WEIGHTS: Partial<Record<FaultName, number>> = {
  'primary process killed': 3,
  'primary container killed': 2,
  'primary container removed': 2,
  'primary hangs': 2,
  'primary cut off': 3,
  'two of three killed': 3,
  'unguarded primary killed': 2,
  'primary and worker killed': 4,
  'worker frozen in a failover': 4,
  'planned switch': 3,
  'failover tested': 2,
  'edge removed': 2,
}

/** A menu to draw from, each fault in it as often as it weighs. */
export function weighted(faults: readonly FaultName[]): FaultName[] {
  return faults.flatMap((fault) => Array.from({ length: WEIGHTS[fault] ?? 1 }, () => fault))
}
