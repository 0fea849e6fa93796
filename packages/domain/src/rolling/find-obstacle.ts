import { findNodeType, nodeLimits } from '../node-types.ts'
import { mib } from '../plan-placement.ts'
import { canFollow } from './can-follow.ts'
import type { NodeChoice } from '../resources.ts'
import { describeChoice } from './node-choice.ts'

/**
 * Why nodes of the wanted kind cannot take over from the primary that serves now; null when they can.
 *
 * @param usedBytes what the primary's data take; null when it has not said
 */
export function findObstacle(
  primary: NodeChoice,
  wanted: NodeChoice,
  usedBytes: number | null,
): string | null {
  if (!canFollow(wanted, primary))
    return `${describeChoice(wanted)} cannot copy the primary, which runs ${primary.engine} ${primary.engineVersion}`
  const [holds, held] = [maxmemoryOf(wanted), maxmemoryOf(primary)]
  if (usedBytes === null || holds >= held || usedBytes <= holds) return null
  return `the primary uses ${mib(usedBytes)} MiB, and ${wanted.cacheNodeType} holds ${mib(holds)} MiB`
}

function maxmemoryOf({ engine, cacheNodeType }: NodeChoice): number {
  const type = findNodeType(cacheNodeType)
  return type === undefined ? 0 : nodeLimits(type, engine, type.vcpus).maxmemoryBytes
}
