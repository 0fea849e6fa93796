import { findEngineVersion } from '../engines.ts'
import { findNodeType, NODE_TYPES, type NodeType } from '../node-types.ts'
import { compareVersions } from '../validation/engine-version.ts'
import type { NodeChoice } from '../resources.ts'

export interface AllowedNodeTypes {
  scaleUpModifications: string[]
  scaleDownModifications: string[]
}

/** The node types that a cache may be changed to, as large or larger first; smaller ones as far as its data fit. */
export function allowedNodeTypes(choice: NodeChoice): AllowedNodeTypes {
  const memory = findNodeType(choice.cacheNodeType)?.memoryBytes ?? 0
  const others = NODE_TYPES.filter((type) => type.name !== choice.cacheNodeType && mayRun(type, choice))
  const names = (types: readonly NodeType[]) => types.map(({ name }) => name).sort()
  return {
    scaleUpModifications: names(others.filter((type) => type.memoryBytes >= memory)),
    scaleDownModifications: names(others.filter((type) => type.memoryBytes < memory)),
  }
}

function mayRun(type: NodeType, { engine, engineVersion }: NodeChoice): boolean {
  const minimum = type.minimums[engine]
  const isOffered = findEngineVersion(engine, engineVersion) !== undefined
  if (!type.creatable || type.dataTiering || minimum === null || !isOffered) return false
  return compareVersions(engineVersion, minimum) >= 0
}
