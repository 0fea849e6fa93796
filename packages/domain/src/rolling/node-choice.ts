import type { CacheCluster, CacheNode, NodeChoice } from '../resources.ts'

export type EngineChoice = Pick<NodeChoice, 'engine' | 'engineVersion'>

/** What this very node is, or is to be, made as: in the middle of a rolling change not what its cache cluster says. */
export function choiceOf({
  node,
  cluster,
}: {
  node: Pick<CacheNode, 'choice'>
  cluster: Pick<CacheCluster, keyof NodeChoice>
}): NodeChoice {
  return node.choice ?? pickChoice(cluster)
}

export function pickChoice({
  engine,
  engineVersion,
  cacheNodeType,
  transitEncryptionMode,
}: NodeChoice): NodeChoice {
  return { engine, engineVersion, cacheNodeType, transitEncryptionMode }
}

export function isSameChoice(a: NodeChoice, b: NodeChoice): boolean {
  return (
    a.cacheNodeType === b.cacheNodeType &&
    a.transitEncryptionMode === b.transitEncryptionMode &&
    isSameEngine(a, b)
  )
}

export function isSameEngine(a: EngineChoice, b: EngineChoice): boolean {
  return a.engine === b.engine && a.engineVersion === b.engineVersion
}

/** `cache.t4g.small with valkey 8.1 and TLS`. */
export function describeChoice(choice: NodeChoice): string {
  const { engine, engineVersion, cacheNodeType, transitEncryptionMode } = choice
  const secured = { preferred: ' and TLS beside plain text', required: ' and TLS' }
  return `${cacheNodeType} with ${engine} ${engineVersion}${transitEncryptionMode === null ? '' : secured[transitEncryptionMode]}`
}

/** What a rolling change is called in events, in ElastiCache's words where it has any. */
export function describeModification(from: NodeChoice, to: NodeChoice): string {
  const parts = [
    ...(from.cacheNodeType === to.cacheNodeType ? [] : [`cache node type to ${to.cacheNodeType}`]),
    ...(isSameEngine(from, to) ? [] : [`engine version to ${to.engine} ${to.engineVersion}`]),
    ...(from.transitEncryptionMode === to.transitEncryptionMode
      ? []
      : [`transit encryption mode to ${to.transitEncryptionMode ?? 'disabled'}`]),
  ]
  return parts.length === 0 ? `back to ${describeChoice(to)}` : parts.join(' and ')
}
