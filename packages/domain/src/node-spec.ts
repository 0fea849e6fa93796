import { findNodeType, nodeLimits } from './node-types.ts'
import { invariant } from './errors.ts'
import {
  afterTelling,
  engineParameters,
  liveParameters,
  reserveOf,
  type ParameterValues,
} from './parameters/index.ts'
import { choiceOf } from './rolling/node-choice.ts'
import type { NodeRef, NodeSpec } from './ports/fleet.ts'
import type { NodeSubject } from './ports/workflows.ts'

export function nodeRef({ node, cluster }: Pick<NodeSubject, 'node' | 'cluster'>): NodeRef {
  const { engine, transitEncryptionMode } = choiceOf({ node, cluster })
  return {
    nodeId: node.id,
    incarnation: node.incarnation,
    engineId: node.engineId,
    engine,
    cacheClusterId: cluster.cacheClusterId,
    cacheNodeId: node.cacheNodeId,
    ip: node.ip,
    port: node.port,
    plainPort: node.plainPort,
    busPort: node.busPort,
    tls: transitEncryptionMode !== null,
    asksLogin: (cluster.memcached?.userNames.length ?? 0) > 0,
  }
}

/** Everything the fleet needs to make this node, from rows alone: the same rows always give the same node. */
export function nodeSpec(subject: NodeSubject): NodeSpec {
  const { node, cluster, network, engineCpus, endpointAddresses } = subject
  const { authToken, formerAuthToken } = subject
  const choice = choiceOf(subject)
  const { engine, engineVersion, cacheNodeType } = choice
  const type = findNodeType(cacheNodeType)
  invariant(type, `node type ${cacheNodeType} of ${cluster.cacheClusterId} is in the catalogue`)
  return {
    ...nodeRef(subject),
    engineVersion,
    networkId: network.id,
    nodeGroupId: subject.nodeGroupId,
    limits: nodeLimits(type, engine, engineCpus, reserveOf(choice, node.parameterValues)),
    address: node.address,
    authToken,
    saslUsers: subject.saslUsers,
    formerAuthToken,
    parameters: engineParameters(choice, node.parameterValues),
    seed: subject.seed,
    tlsNames: [...new Set(['localhost', '127.0.0.1', '::1', node.address, ...endpointAddresses])],
  }
}

/** The node as it will be, and what it is to be told for that, once it runs. */
export function configuredNode(subject: NodeSubject): {
  spec: NodeSpec
  parameters: Record<string, string>
  parameterValues: ParameterValues
} {
  const { node, cluster } = subject
  const parameterValues = afterTelling(cluster, node)
  const spec = nodeSpec({ ...subject, node: { ...node, parameterValues } })
  const maxmemory = cluster.engine === 'memcached' ? {} : { maxmemory: String(spec.limits.maxmemoryBytes) }
  return {
    spec,
    parameters: { ...liveParameters(choiceOf(subject), parameterValues), ...maxmemory },
    parameterValues,
  }
}
