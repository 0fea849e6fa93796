import { shortId, type EdgeRef, type NetworkRef, type NodeRef } from '@cacheplane/domain'

/**
 * Names are functions of the ids, so that two workers who make the same thing collide instead of doubling it. What
 * the user typed is only there for the reader of `docker ps`, and is reduced to what Docker takes as a name.
 */
export function containerName(node: NodeRef): string {
  const cluster = harmless(node.cacheClusterId)
  return `cacheplane-${cluster}-${harmless(node.cacheNodeId)}-${shortId(node.nodeId)}-g${node.incarnation}`
}

export function edgeName({ edgeId, incarnation }: Pick<EdgeRef, 'edgeId' | 'incarnation'>): string {
  return `cacheplane-edge-${shortId(edgeId)}-g${incarnation}`
}

export function trialName(fileId: string): string {
  return `cacheplane-trial-${shortId(fileId)}`
}

/** By id alone: a network may be there before its owner is. */
export function networkName(network: NetworkRef): string {
  return `cacheplane-net-${shortId(network.networkId)}`
}

/** The control plane's own user on a node; the name tells a wrong node from the right one at login. */
export function controlUser(nodeId: string): string {
  return `_cp-${shortId(nodeId)}`
}

/** As whom replicas log in to their primary. */
export const REPLICATION_USER = '_repl'

/** As whom a node of a cluster takes keys from another one. */
export const MIGRATION_USER = '_migr'

function harmless(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
    .slice(0, 64)
}
