import {
  type CacheCluster,
  cacheClusterStatus,
  type CacheNode,
  clusterParameterStatus,
  nodeStatus,
  parameterStatus,
  standingNodes,
} from '@cacheplane/domain'
import { arnOf } from '../operations/arn.ts'
import type { CacheClusterView } from '../schemas/cache-cluster.ts'
import { presentPendingChoice } from './pending-values.ts'
import { endpointOf } from './node.ts'
import { statusReason } from './status-reason.ts'

/** ElastiCache's CacheCluster shape (elasticache-reference, 1.2) in lowerCamelCase. Never the token. */
export function presentCacheCluster(
  cluster: CacheCluster,
  region: string,
  showNodes: boolean,
): CacheClusterView {
  const status = cacheClusterStatus(cluster)
  const reason = statusReason(status, cluster.workflow, cluster.nodes)
  const nodes = standingNodes(cluster.nodes)
  const [first] = nodes
  const parameters = clusterParameterStatus(cluster)
  const isServed = cluster.workflow.firstHomeAt !== null && status !== 'deleting'
  return {
    cacheClusterId: cluster.cacheClusterId,
    ...(isServed && presentConfigurationEndpoint(cluster)),
    cacheNodeType: cluster.cacheNodeType,
    engine: cluster.engine,
    engineVersion: first?.engineVersionActual ?? cluster.engineVersion,
    cacheClusterStatus: status,
    ...(reason !== undefined && { statusReason: reason }),
    numCacheNodes: countNodes(cluster),
    preferredAvailabilityZone: cluster.preferredAvailabilityZone ?? 'Multiple',
    cacheClusterCreateTime: cluster.createdAt.toISOString(),
    preferredMaintenanceWindow: cluster.preferredMaintenanceWindow,
    pendingModifiedValues: { ...presentPending(cluster), ...presentPendingChoice(cluster, cluster.pending) },
    cacheSecurityGroups: [],
    cacheParameterGroup: {
      cacheParameterGroupName: cluster.cacheParameterGroupName,
      parameterApplyStatus: parameters.status,
      cacheNodeIdsToReboot: parameters.cacheNodeIdsToReboot,
    },
    cacheSubnetGroupName: 'default',
    ...(showNodes && isServed && { cacheNodes: nodes.map((node) => presentNode(cluster, node)) }),
    autoMinorVersionUpgrade: cluster.autoMinorVersionUpgrade,
    securityGroups: [],
    ...presentUsers(cluster),
    ...(cluster.replicationGroupId !== null && { replicationGroupId: cluster.replicationGroupId }),
    snapshotRetentionLimit: cluster.snapshotRetentionLimit,
    ...(cluster.snapshotWindow !== null && { snapshotWindow: cluster.snapshotWindow }),
    authTokenEnabled: cluster.authTokenEnabled,
    transitEncryptionEnabled: cluster.transitEncryptionMode !== null,
    ...(cluster.transitEncryptionMode !== null && { transitEncryptionMode: cluster.transitEncryptionMode }),
    atRestEncryptionEnabled: false,
    arn: arnOf(region, cluster.accountId, 'cluster', cluster.cacheClusterId),
    replicationGroupLogDeliveryEnabled: false,
    logDeliveryConfigurations: [],
    networkType: 'ipv4',
    ipDiscovery: 'ipv4',
  }
}

function presentUsers({ memcached }: CacheCluster): Pick<CacheClusterView, 'saslUsers'> {
  const names = memcached?.userNames ?? []
  return names.length === 0 ? {} : { saslUsers: names.map((userName) => ({ userName })) }
}

function presentConfigurationEndpoint({ memcached }: CacheCluster) {
  const endpoint = memcached?.endpoint ?? null
  if (endpoint === null) return {}
  return { configurationEndpoint: { address: endpoint.address, port: endpoint.primaryPort } }
}

/** As clients know it: nodes that come or go count when the list says so. */
function countNodes({ memcached, numCacheNodes }: CacheCluster): number {
  return memcached === null || memcached.configVersion === 0
    ? numCacheNodes
    : memcached.announcedNodeIds.length
}

function presentPending(cluster: CacheCluster): CacheClusterView['pendingModifiedValues'] {
  const waiting = cluster.memcached?.pendingNodes ?? null
  if (waiting !== null) {
    const { numCacheNodes, cacheNodeIdsToRemove: ids } = waiting
    return { numCacheNodes, ...(ids.length > 0 && { cacheNodeIdsToRemove: ids }) }
  }
  const staying = cluster.nodes.filter((node) => !node.leaving)
  const ids = cluster.memcached?.announcedNodeIds ?? []
  const leaving = cluster.nodes.filter((node) => node.leaving && ids.includes(node.id))
  return {
    ...(staying.length !== countNodes(cluster) && { numCacheNodes: staying.length }),
    ...(leaving.length > 0 && { cacheNodeIdsToRemove: leaving.map(({ cacheNodeId }) => cacheNodeId) }),
  }
}

/** A node that is still being made has neither endpoint nor time of creation. */
function presentNode(
  cluster: CacheCluster,
  node: CacheNode,
): NonNullable<CacheClusterView['cacheNodes']>[number] {
  const status = nodeStatus(node)
  return {
    cacheNodeId: node.cacheNodeId,
    cacheNodeStatus: status,
    ...(status !== 'creating' && {
      cacheNodeCreateTime: node.createdAt.toISOString(),
      endpoint: endpointOf(node),
    }),
    parameterGroupStatus: parameterStatus(cluster, node),
    customerAvailabilityZone: node.zone,
  }
}
