import type { EdgeRef, NetworkRef, NodeRef } from '@cacheplane/domain'

/** Labels that say whose a container or volume is. */
export type OwnerLabel = typeof NODE_LABEL | typeof EDGE_LABEL | typeof TRIAL_LABEL

export type Labels = Readonly<Record<string, string>>

const PREFIX = 'dev.cacheplane.'
export const INSTALLATION_LABEL = `${PREFIX}installation`
const KIND_LABEL = `${PREFIX}kind`
export const NODE_LABEL = `${PREFIX}node`
export const NETWORK_LABEL = `${PREFIX}network`
export const EDGE_LABEL = `${PREFIX}edge`
/** Says of which file of the vault it is a trial. */
export const TRIAL_LABEL = `${PREFIX}trial`
const INCARNATION_LABEL = `${PREFIX}incarnation`

/** Labels of a node's container and of its volume. */
export function nodeLabels(installation: string, node: Pick<NodeRef, 'nodeId' | 'incarnation'>): Labels {
  return {
    [INSTALLATION_LABEL]: installation,
    [KIND_LABEL]: 'node',
    [NODE_LABEL]: node.nodeId,
    [INCARNATION_LABEL]: String(node.incarnation),
  }
}

/** Labels of an edge's container and of its volume. */
export function edgeLabels(installation: string, edge: Pick<EdgeRef, 'edgeId' | 'incarnation'>): Labels {
  return {
    [INSTALLATION_LABEL]: installation,
    [KIND_LABEL]: 'edge',
    [EDGE_LABEL]: edge.edgeId,
    [INCARNATION_LABEL]: String(edge.incarnation),
  }
}

/** Labels of a trial's container and of its volume. Nothing that stands for a row: the workflow of its snapshot removes it. */
export function trialLabels(installation: string, fileId: string): Labels {
  return { [INSTALLATION_LABEL]: installation, [KIND_LABEL]: 'trial', [TRIAL_LABEL]: fileId }
}

export function networkLabels(installation: string, network: Pick<NetworkRef, 'networkId'>): Labels {
  return {
    [INSTALLATION_LABEL]: installation,
    [KIND_LABEL]: 'network',
    [NETWORK_LABEL]: network.networkId,
  }
}

export function isOurs(labels: Labels, installation: string): boolean {
  return labels[INSTALLATION_LABEL] === installation
}

/** False for what belongs to the installation but is nobody's cache, like the queue: it is no orphan. */
export function isMadeByFleet(labels: Labels): boolean {
  return ['node', 'edge', 'network'].includes(labels[KIND_LABEL] ?? '')
}

/** Node, edge or network id that the object was made for; empty for an object of ours that says none. */
export function ownerOf(labels: Labels): string {
  return labels[NODE_LABEL] ?? labels[EDGE_LABEL] ?? labels[NETWORK_LABEL] ?? ''
}

export function incarnationOf(labels: Labels): number | null {
  const text = labels[INCARNATION_LABEL]
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null
}
