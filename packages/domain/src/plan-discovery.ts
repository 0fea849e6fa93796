import type { CacheCluster, CacheNode, MemcachedFacts } from './resources.ts'
import { isDeleting } from './status.ts'

export interface DiscoveryPlan {
  /** Ids of the nodes on the next version of the list; null keeps the one in force. */
  announce: string[] | null
  /** Who takes ordinary commands at the configuration endpoint: the same node for everybody, or they would miss each other's keys. */
  plain: CacheNode | null
  /** Nodes that nobody is led to any more. */
  dismiss: CacheNode[]
  /** Why the cluster is not yet as it should be; null when it is. */
  because: string | null
}

/**
 * What auto discovery shows next. A new list names only nodes that serve, and all that are to come at once, since each
 * version moves keys. A node that is made again keeps its address, and with it its place on the list in force.
 */
export function planDiscovery(cluster: CacheCluster, memcached: MemcachedFacts): DiscoveryPlan {
  const announced = new Set(memcached.announcedNodeIds)
  const staying = cluster.nodes.filter((node) => !node.leaving)
  const missing = staying.filter((node) => !serves(node))
  const isSame = staying.length === announced.size && staying.every(({ id }) => announced.has(id))
  const because =
    missing.length === 0 ? null : `${names(missing)} of ${staying.length} nodes do not serve yet`
  return {
    announce: isSame || because !== null ? null : staying.map(({ id }) => id),
    plain: cluster.nodes.find((node) => announced.has(node.id) && serves(node)) ?? null,
    dismiss: cluster.nodes.filter((node) => node.leaving && !announced.has(node.id)),
    because,
  }
}

/** Its clients reach it, as far as we know: it closes with its next incarnation. */
function serves({ workflow, openedAt }: CacheNode): boolean {
  return openedAt !== null && !isDeleting(workflow)
}

const names = (nodes: readonly CacheNode[]): string => nodes.map(({ cacheNodeId }) => cacheNodeId).join(', ')
