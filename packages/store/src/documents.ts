import type { CacheCluster, CacheNode, NodeGroup, ReplicationGroup, WorkflowView } from '@cacheplane/domain'

/** What JSON makes of a domain type: dates and big integers are text. */
type Json<T> = T extends Date | bigint
  ? string
  : T extends (infer E)[]
    ? Json<E>[]
    : T extends object
      ? { [K in keyof T]: Json<T[K]> }
      : T

export type CacheNodeDoc = Omit<Json<CacheNode>, 'workflow'> & { workflow: Json<WorkflowView> | null }
export type CacheClusterDoc = Omit<
  Json<CacheCluster>,
  'nodes' | 'preferredAvailabilityZone' | 'numCacheNodes'
> & {
  nodes: CacheNodeDoc[]
}
export type ReplicationGroupDoc = Omit<Json<ReplicationGroup>, 'nodeGroups'> & {
  nodeGroups: (Omit<Json<NodeGroup>, 'members'> & { members: CacheClusterDoc[] })[]
}

const date = (text: string | null): Date | null => (text === null ? null : new Date(text))

/** A node whose workflow was not spawned yet is at its start. */
const UNSPAWNED: WorkflowView = {
  step: 'start',
  signals: [],
  firstHomeAt: null,
  failure: null,
  because: null,
}

const readWorkflow = (doc: Json<WorkflowView> | null): WorkflowView =>
  doc === null ? UNSPAWNED : { ...doc, signals: doc.signals, firstHomeAt: date(doc.firstHomeAt) }

export const readNode = (doc: CacheNodeDoc): CacheNode => ({
  ...doc,
  openedAt: date(doc.openedAt),
  createdAt: new Date(doc.createdAt),
  workflow: readWorkflow(doc.workflow),
})

export const readCluster = (doc: CacheClusterDoc): CacheCluster => {
  const zones = new Set(doc.nodes.map((node) => node.zone))
  const [zone] = zones
  return {
    ...doc,
    numCacheNodes: doc.nodes.length,
    preferredAvailabilityZone: zones.size === 1 ? (zone ?? null) : null,
    createdAt: new Date(doc.createdAt),
    nodes: doc.nodes.map(readNode),
    workflow: readWorkflow(doc.workflow),
  }
}

export const readGroup = (doc: ReplicationGroupDoc): ReplicationGroup => ({
  ...doc,
  authTokenLastModifiedDate: date(doc.authTokenLastModifiedDate),
  createdAt: new Date(doc.createdAt),
  nodeGroups: doc.nodeGroups.map((shard) => ({
    ...shard,
    epoch: BigInt(shard.epoch),
    members: shard.members.map(readCluster),
  })),
  workflow: readWorkflow(doc.workflow),
})
