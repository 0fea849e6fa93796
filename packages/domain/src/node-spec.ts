import { findNodeType, nodeLimits } from './node-types.ts'
import { invariant } from './errors.ts'
import type { NodeRef, NodeSpec } from './ports/fleet.ts'
import type { NodeSubject } from './ports/workflows.ts'

export function nodeRef({ node, cluster }: Pick<NodeSubject, 'node' | 'cluster'>): NodeRef {
  return {
    nodeId: node.id,
    incarnation: node.incarnation,
    engineId: node.engineId,
    engine: cluster.engine,
    cacheClusterId: cluster.cacheClusterId,
    cacheNodeId: node.cacheNodeId,
    ip: node.ip,
    port: node.port,
    tls: cluster.transitEncryptionEnabled,
    asksLogin: (cluster.memcached?.userNames.length ?? 0) > 0,
  }
}

/** Everything the fleet needs to make this node, from rows alone: the same rows always give the same node. */
export function nodeSpec(subject: NodeSubject): NodeSpec {
  const { node, cluster, network, authToken, engineCpus, endpointAddress } = subject
  const type = findNodeType(cluster.cacheNodeType)
  invariant(type, `node type ${cluster.cacheNodeType} of ${cluster.cacheClusterId} is in the catalogue`)
  return {
    ...nodeRef(subject),
    engineVersion: cluster.engineVersion,
    networkId: network.id,
    nodeGroupId: subject.nodeGroupId,
    limits: nodeLimits(type, cluster.engine, engineCpus),
    authToken,
    saslUsers: subject.saslUsers,
    parameters: {},
    tlsNames: [...new Set(['localhost', '127.0.0.1', '::1', node.address, endpointAddress ?? node.address])],
  }
}
