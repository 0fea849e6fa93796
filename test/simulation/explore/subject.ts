import type { CacheCluster, CacheNode, NodeGroupSubject, NodeSubject, WorkflowView } from '@cacheplane/domain'
import { NOW_MS, type Failover, type Rows } from './scene.ts'

const EPOCH = new Date(NOW_MS)
export const FIRST_PORT = 11_000
const WELL: WorkflowView = { step: 'wait', signals: [], firstHomeAt: EPOCH, failure: null, because: null }
const NETWORK = { id: 'net-1', subnet: '10.96.0.0/24', gateway: '10.96.0.1' }
const SETTINGS = {
  engine: 'valkey',
  engineVersion: '8.1',
  cacheNodeType: 'cache.t4g.micro',
  cacheParameterGroupName: 'default.valkey8',
  port: null,
  transitEncryptionEnabled: false,
  authTokenEnabled: false,
  autoMinorVersionUpgrade: true,
  preferredMaintenanceWindow: 'sun:05:00-sun:06:00',
  snapshotRetentionLimit: 0,
  snapshotWindow: null,
} as const

export const nodeIdOf = (index: number): string => `node-${index}`
export const indexOf = (nodeId: string): number => Number(nodeId.slice('node-'.length))
export const ipOf = (index: number, incarnation: number): string => `10.96.${index}.${incarnation}`
const clusterIdOf = (index: number): string => `sessions-00${index + 1}`

/** What the store would load for the node group's workflow. */
export function subjectOf(rows: Rows, isAutomatic: boolean): NodeGroupSubject {
  const members = rows.members.map((row, index): CacheCluster => ({
    ...SETTINGS,
    id: `cc-${index}`,
    accountId: '000000000000',
    cacheClusterId: clusterIdOf(index),
    replicationGroupId: 'sessions',
    nodeGroupId: '0001',
    numCacheNodes: 1,
    preferredAvailabilityZone: null,
    createdAt: EPOCH,
    networkId: NETWORK.id,
    parameterValues: {},
    memcached: null,
    nodes: [nodeOf(row, index)],
    workflow: WELL,
  }))
  return {
    group: {
      id: 'rg-1',
      accountId: '000000000000',
      replicationGroupId: 'sessions',
      automaticFailoverEnabled: isAutomatic,
      authTokenUpdate: null,
    },
    nodeGroup: {
      id: 'ng-1',
      nodeGroupId: '0001',
      epoch: BigInt(rows.epoch),
      primaryNodeId: nodeIdOf(rows.primary),
      members,
      endpoint: {
        edgeId: 'edge-1',
        engineId: 'engine-1',
        incarnation: 1,
        controlPort: 10_000,
        slot: 0,
        address: '127.0.0.1',
        primaryPort: 10_001,
        readerPort: 10_002,
        servingAt: EPOCH,
      },
      workflow: WELL,
    },
    nodes: members.flatMap(nodeSubjectOf),
    network: NETWORK,
    engineIds: ['engine-1'],
    failover: rows.failover === null ? null : failoverOf(rows.failover),
    endpointFailure: null,
  }
}

function nodeOf({ incarnation, isIn, step, isReplaced }: Rows['members'][number], index: number): CacheNode {
  return {
    id: nodeIdOf(index),
    cacheNodeId: '0001',
    zone: `local-1${'abc'[index]}`,
    engineId: 'engine-1',
    incarnation,
    ip: ipOf(index, incarnation),
    port: FIRST_PORT + index,
    address: '127.0.0.1',
    presence: 'known',
    openedAt: isIn ? EPOCH : null,
    engineVersionActual: '8.1.1',
    leaving: false,
    rebooting: false,
    parameterValues: {},
    createdAt: EPOCH,
    workflow: { ...WELL, step, signals: isReplaced ? ['replace'] : [] },
  }
}

function nodeSubjectOf(cluster: CacheCluster): NodeSubject[] {
  return cluster.nodes.map((node) => ({
    node,
    cluster,
    network: NETWORK,
    owner: { kind: 'replication-group', id: 'rg-1', name: 'sessions' },
    nodeGroupId: 'ng-1',
    authToken: null,
    formerAuthToken: null,
    saslUsers: [],
    engineCpus: 2,
    endpointAddress: '127.0.0.1',
    portIsFixed: false,
    zoneOutage: null,
  }))
}

function failoverOf({ id, kind, epoch, status, to }: Failover): NodeGroupSubject['failover'] {
  return {
    id,
    nodeGroupId: '0001',
    epoch: epoch === null ? null : BigInt(epoch),
    kind,
    status,
    cause: 'it was asked for',
    fromCacheClusterId: clusterIdOf(0),
    toCacheClusterId: to === null ? null : clusterIdOf(to),
    requestedAt: EPOCH,
    endedAt: null,
    phases: [],
  }
}
