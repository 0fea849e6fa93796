import { findEngineVersion } from '../engines.ts'
import type { NodeChoice } from '../resources.ts'
import { isSameEngine } from './node-choice.ts'

/**
 * Whether a node of one version can copy a primary of another: it must know the format that the primary writes. One that
 * does not would ask for a full copy again and again, and have the primary fork for each.
 */
export function canFollow(replica: NodeChoice, primary: NodeChoice): boolean {
  if (isSameEngine(replica, primary)) return true
  const [reads, writes] = [formatOf(replica), formatOf(primary)]
  return reads !== null && writes !== null && reads >= writes
}

function formatOf({ engine, engineVersion }: NodeChoice): number | null {
  return findEngineVersion(engine, engineVersion)?.dataFormat ?? null
}
