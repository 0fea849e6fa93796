import { findEngineVersion } from '../engines.ts'
import { isSameEngine, type EngineChoice } from './node-choice.ts'

/**
 * Whether a node of one version can copy a primary of another: it must know the format that the primary writes. One that
 * does not would ask for a full copy again and again, and have the primary fork for each.
 */
export function canFollow(replica: EngineChoice, primary: EngineChoice): boolean {
  if (isSameEngine(replica, primary)) return true
  const [reads, writes] = [formatOf(replica), formatOf(primary)]
  return reads !== null && writes !== null && reads >= writes
}

function formatOf({ engine, engineVersion }: EngineChoice): number | null {
  return findEngineVersion(engine, engineVersion)?.dataFormat ?? null
}
