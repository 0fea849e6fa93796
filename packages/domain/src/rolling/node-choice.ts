import type { CacheCluster, CacheNode, ClusterMode, NodeChoice } from '../resources.ts'

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

export function pickChoice({ engine, engineVersion, cacheNodeType }: NodeChoice): NodeChoice {
  return { engine, engineVersion, cacheNodeType }
}

export function isSameChoice(a: NodeChoice, b: NodeChoice): boolean {
  return a.cacheNodeType === b.cacheNodeType && isSameEngine(a, b)
}

export function isSameEngine(a: NodeChoice, b: NodeChoice): boolean {
  return a.engine === b.engine && a.engineVersion === b.engineVersion
}

/** `cache.t4g.small with valkey 8.1`. */
export function describeChoice({ engine, engineVersion, cacheNodeType }: NodeChoice): string {
  return `${cacheNodeType} with ${engine} ${engineVersion}`
}

/** What a change of the cluster mode is called in events. */
export function describeMode(mode: ClusterMode): string {
  return `cluster mode to ${mode}`
}

/** What a rolling change is called in events, in ElastiCache's words where it has any. */
export function describeModification(from: NodeChoice, to: NodeChoice): string {
  const parts = [
    ...(from.cacheNodeType === to.cacheNodeType ? [] : [`cache node type to ${to.cacheNodeType}`]),
    ...(isSameEngine(from, to) ? [] : [`engine version to ${to.engine} ${to.engineVersion}`]),
  ]
  return parts.length === 0 ? `back to ${describeChoice(to)}` : parts.join(' and ')
}
