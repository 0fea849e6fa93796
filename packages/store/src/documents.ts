import {
  parseSlots,
  standingNodes,
  START_STEP,
  type CacheCluster,
  type CacheNode,
  type Endpoint,
  type MemcachedFacts,
  type NodeGroup,
  type ReplicationGroup,
  type WorkflowView,
} from '@cacheplane/domain'

/** What a view makes of a domain type: big integers are text, dates as well where they come as JSON. */
type Json<T> = T extends Date
  ? string | Date
  : T extends bigint
    ? string
    : T extends (infer E)[]
      ? Json<E>[]
      : T extends object
        ? { [K in keyof T]: Json<T[K]> }
        : T

/** The workflow's columns beside the resource's own; all null when there is none (yet). */
interface WorkflowColumns {
  step: string | null
  signals: WorkflowView['signals'] | null
  firstHomeAt: string | Date | null
  failure: string | null
  because: string | null
}

/** Rows of the views of the same names. */
export type CacheNodeDoc = Omit<Json<CacheNode>, 'workflow'> & WorkflowColumns
export type EndpointDoc = Json<Endpoint>
export type CacheClusterDoc = WorkflowColumns &
  Omit<Json<CacheCluster>, 'nodes' | 'preferredAvailabilityZone' | 'numCacheNodes' | 'workflow'> & {
    nodes: CacheNodeDoc[] | null
    /** Internal id of the node group. */
    nodeGroupRow: string | null
  }
export type NodeGroupDoc = WorkflowColumns &
  Omit<Json<NodeGroup>, 'members' | 'slots' | 'workflow'> & {
    slots: string | null
    members: CacheClusterDoc[] | null
  }
export type ReplicationGroupDoc = WorkflowColumns &
  Omit<Json<ReplicationGroup>, 'nodeGroups' | 'snapshotting' | 'workflow'> & {
    nodeGroups: NodeGroupDoc[] | null
  }

const date = (at: string | Date | null): Date | null => (at === null ? null : new Date(at))

/** A node whose workflow was not spawned yet is at its start. */
const readWorkflow = (doc: WorkflowColumns): WorkflowView => ({
  step: doc.step ?? START_STEP,
  signals: doc.signals ?? [],
  firstHomeAt: date(doc.firstHomeAt),
  failure: doc.failure,
  because: doc.because,
})

// Below, members are named one by one: a literal that starts by spreading another object takes ten times as long, and a
// list has hundreds of them.

const readNode = (doc: CacheNodeDoc): CacheNode => ({
  id: doc.id,
  cacheNodeId: doc.cacheNodeId,
  zone: doc.zone,
  engineId: doc.engineId,
  incarnation: doc.incarnation,
  ip: doc.ip,
  port: doc.port,
  address: doc.address,
  plainPort: doc.plainPort,
  busPort: doc.busPort,
  clusterNodeId: doc.clusterNodeId,
  presence: doc.presence,
  openedAt: date(doc.openedAt),
  engineVersionActual: doc.engineVersionActual,
  leaving: doc.leaving,
  rebooting: doc.rebooting,
  parameterValues: doc.parameterValues,
  choice: doc.choice,
  replaces: doc.replaces,
  createdAt: new Date(doc.createdAt),
  workflow: readWorkflow(doc),
})

export const readCluster = (doc: CacheClusterDoc): CacheCluster => {
  const nodes = (doc.nodes ?? []).map(readNode)
  const zone = nodes[0]?.zone ?? null
  const isOneZone = nodes.every((node) => node.zone === zone)
  return {
    engine: doc.engine,
    engineVersion: doc.engineVersion,
    cacheNodeType: doc.cacheNodeType,
    cacheParameterGroupName: doc.cacheParameterGroupName,
    port: doc.port,
    transitEncryptionMode: doc.transitEncryptionMode,
    authTokenEnabled: doc.authTokenEnabled,
    autoMinorVersionUpgrade: doc.autoMinorVersionUpgrade,
    preferredMaintenanceWindow: doc.preferredMaintenanceWindow,
    snapshotRetentionLimit: doc.snapshotRetentionLimit,
    snapshotWindow: doc.snapshotWindow,
    id: doc.id,
    accountId: doc.accountId,
    cacheClusterId: doc.cacheClusterId,
    replicationGroupId: doc.replicationGroupId,
    nodeGroupId: doc.nodeGroupId,
    numCacheNodes: standingNodes(nodes).length,
    parameterValues: doc.parameterValues,
    preferredAvailabilityZone: isOneZone ? zone : null,
    createdAt: new Date(doc.createdAt),
    networkId: doc.networkId,
    pending: doc.pending,
    fromSnapshot: doc.fromSnapshot,
    nodes,
    memcached: doc.memcached === null ? null : readMemcached(doc.memcached),
    workflow: readWorkflow(doc),
  }
}

const readMemcached = (doc: NonNullable<CacheClusterDoc['memcached']>): MemcachedFacts => ({
  azMode: doc.azMode,
  configVersion: doc.configVersion,
  announcedNodeIds: doc.announcedNodeIds,
  lastNodeNumber: doc.lastNodeNumber,
  endpoint: doc.endpoint === null ? null : readEndpoint(doc.endpoint),
  endpointFailure: doc.endpointFailure,
  userNames: doc.userNames,
  pendingNodes: doc.pendingNodes,
})

const readEndpoint = (doc: EndpointDoc): Endpoint => ({
  edgeId: doc.edgeId,
  engineId: doc.engineId,
  incarnation: doc.incarnation,
  controlPort: doc.controlPort,
  slot: doc.slot,
  address: doc.address,
  primaryPort: doc.primaryPort,
  readerPort: doc.readerPort,
  servingAt: date(doc.servingAt),
})

export const readNodeGroup = (doc: NodeGroupDoc): NodeGroup => ({
  id: doc.id,
  nodeGroupId: doc.nodeGroupId,
  epoch: BigInt(doc.epoch),
  primaryNodeId: doc.primaryNodeId,
  members: (doc.members ?? []).map(readCluster),
  slots: doc.slots === null ? [] : (parseSlots(doc.slots) ?? []),
  endpoint: doc.endpoint === null ? null : readEndpoint(doc.endpoint),
  workflow: readWorkflow(doc),
})

/** @param snapshotting whether a snapshot of it is being taken, which its view does not say */
export const readGroup = (doc: ReplicationGroupDoc, snapshotting: boolean): ReplicationGroup => ({
  engine: doc.engine,
  engineVersion: doc.engineVersion,
  cacheNodeType: doc.cacheNodeType,
  cacheParameterGroupName: doc.cacheParameterGroupName,
  port: doc.port,
  transitEncryptionMode: doc.transitEncryptionMode,
  authTokenEnabled: doc.authTokenEnabled,
  autoMinorVersionUpgrade: doc.autoMinorVersionUpgrade,
  preferredMaintenanceWindow: doc.preferredMaintenanceWindow,
  snapshotRetentionLimit: doc.snapshotRetentionLimit,
  snapshotWindow: doc.snapshotWindow,
  id: doc.id,
  accountId: doc.accountId,
  replicationGroupId: doc.replicationGroupId,
  description: doc.description,
  atRestEncryptionEnabled: doc.atRestEncryptionEnabled,
  authTokenLastModifiedDate: date(doc.authTokenLastModifiedDate),
  authTokenUpdate: doc.authTokenUpdate,
  automaticFailoverEnabled: doc.automaticFailoverEnabled,
  multiAZEnabled: doc.multiAZEnabled,
  createdAt: new Date(doc.createdAt),
  networkId: doc.networkId,
  clusterMode: doc.clusterMode,
  clusterEnabled: doc.clusterEnabled,
  configurationEndpoint: doc.configurationEndpoint === null ? null : readEndpoint(doc.configurationEndpoint),
  pending: doc.pending,
  resharding: doc.resharding,
  snapshotting,
  nodeGroups: (doc.nodeGroups ?? []).map(readNodeGroup),
  workflow: readWorkflow(doc),
})
