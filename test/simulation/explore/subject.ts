import type { CacheCluster, CacheNode, NodeGroupSubject } from '@cacheplane/domain'
import {
  aCacheCluster,
  aNode,
  aNodeGroup,
  aNodeSubject,
  anEndpoint,
  aWorkflowView,
} from '../../support/builders.ts'
import { NOW_MS, type Failover, type Rows } from './scene.ts'

const EPOCH = new Date(NOW_MS)
export const FIRST_PORT = 11_000
const WELL = aWorkflowView({ step: 'wait', signals: [], firstHomeAt: EPOCH, because: null })
const GROUP = {
  id: 'rg-1',
  accountId: '000000000000',
  replicationGroupId: 'sessions',
  clusterMode: 'disabled' as const,
  clusterEnabled: false,
  authTokenUpdate: null,
  pending: null,
  sendingMs: 0,
  update: null,
  isOthersTurn: false,
}

const nodeIdOf = (index: number): string => `node-${index}`
export const indexOf = (nodeId: string): number => Number(nodeId.slice('node-'.length))
export const ipOf = (index: number, incarnation: number): string => `10.96.${index}.${incarnation}`
const clusterIdOf = (index: number): string => `sessions-00${index + 1}`

/** What the store would load for the node group's workflow. */
export function subjectOf(rows: Rows, isAutomatic: boolean): NodeGroupSubject {
  const members = rows.members.map((row, index): CacheCluster =>
    aCacheCluster({
      id: `cc-${index}`,
      cacheClusterId: clusterIdOf(index),
      nodes: [nodeOf(row, index)],
      workflow: WELL,
    }),
  )
  const nodes = members.flatMap((cluster) => cluster.nodes.map((node) => aNodeSubject({ node, cluster })))
  const [first = aNodeSubject()] = nodes
  return {
    group: { ...GROUP, automaticFailoverEnabled: isAutomatic },
    nodeGroup: aNodeGroup({
      epoch: BigInt(rows.epoch),
      primaryNodeId: nodeIdOf(rows.primary),
      members,
      endpoint: anEndpoint({ servingAt: EPOCH }),
      workflow: WELL,
    }),
    nodes,
    network: first.network,
    engineIds: ['engine-1'],
    failover: rows.failover === null ? null : failoverOf(rows.failover),
    resharding: null,
    sisters: [],
    endpointFailure: null,
  }
}

function nodeOf({ incarnation, isIn, step, isReplaced }: Rows['members'][number], index: number): CacheNode {
  return aNode({
    id: nodeIdOf(index),
    zone: `local-1${'abc'[index]}`,
    incarnation,
    ip: ipOf(index, incarnation),
    port: FIRST_PORT + index,
    openedAt: isIn ? EPOCH : null,
    workflow: { ...WELL, step, signals: isReplaced ? ['replace'] : [] },
  })
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
