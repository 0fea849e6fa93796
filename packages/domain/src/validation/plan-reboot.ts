import { ServiceError } from '../errors.ts'
import type { CacheCluster, CacheNode } from '../resources.ts'
import { cacheClusterStatus } from '../status.ts'
import { shown } from './findings.ts'

/** Judges a wish to restart nodes (elasticache-reference, 2.7): their data is lost, and no replica is promoted. */
export function planReboot(cluster: CacheCluster, cacheNodeIds: readonly string[]): CacheNode[] {
  const status = cacheClusterStatus(cluster)
  if (status !== 'available')
    throw new ServiceError(
      'InvalidCacheClusterState',
      `Cache cluster ${cluster.cacheClusterId} has status ${status} which is not valid for reboot.`,
    )
  const unknown = cacheNodeIds.find((id) => !cluster.nodes.some((node) => node.cacheNodeId === id))
  if (unknown !== undefined) {
    const ids = cluster.nodes.map((node) => node.cacheNodeId).join(', ')
    const message = `Cache node ${shown(unknown)} is not part of cache cluster ${cluster.cacheClusterId}, which has ${ids}.`
    throw new ServiceError('InvalidParameterValue', message, [{ path: 'cacheNodeIdsToReboot', message }])
  }
  return cluster.nodes.filter((node) => cacheNodeIds.includes(node.cacheNodeId))
}
