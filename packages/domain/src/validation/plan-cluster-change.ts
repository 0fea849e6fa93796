import { ServiceError } from '../errors.ts'
import type { ClusterChange } from '../ports/store.ts'
import type { AzMode, CacheCluster, MemcachedFacts, NodesChange } from '../resources.ts'
import { cacheClusterStatus } from '../status.ts'
import { Findings, shown } from './findings.ts'
import { isOneZone } from './nodes.ts'
import { refuseTooMany } from './plan-cache-cluster.ts'
import { windowsOverlap } from './windows.ts'

export interface ClusterChangePlan {
  /** What the cluster's rows are to say. */
  set: { autoMinorVersionUpgrade: boolean; preferredMaintenanceWindow: string; azMode: AzMode | null }
  /** Nodes that are to come, by the number in their ids; a zone for each or null to leave the choice. */
  add: { numbers: number[]; zones: (string | null)[] }
  /** CacheNodeIds of those that are to go. */
  remove: string[]
  /** What waits for the maintenance window from now on. */
  pending: NodesChange | null
}

/** Judges a change by the cluster as it stands (elasticache-reference, 2.5). Throws, or returns what becomes of it. */
export function planClusterChange(cluster: CacheCluster, change: ClusterChange): ClusterChangePlan {
  requireAvailable(cluster)
  const findings = new Findings()
  const { memcached } = cluster
  const set = {
    autoMinorVersionUpgrade: change.autoMinorVersionUpgrade ?? cluster.autoMinorVersionUpgrade,
    preferredMaintenanceWindow: change.preferredMaintenanceWindow ?? cluster.preferredMaintenanceWindow,
    azMode: memcached === null ? null : checkAzMode(findings, cluster, memcached, change),
  }
  if (
    cluster.snapshotWindow !== null &&
    windowsOverlap(set.preferredMaintenanceWindow, cluster.snapshotWindow)
  )
    findings.value(
      'preferredMaintenanceWindow',
      'The snapshot window and maintenance window must not overlap.',
    )
  refuseUnfitting(findings, cluster, change)
  const wanted = wantedNodes(memcached, change)
  const plan =
    memcached === null || wanted === null
      ? NOBODY
      : planNodes(findings, cluster, memcached, wanted, set.azMode ?? 'single-az')
  findings.throwIfAny()
  refuseTooMany(cluster.nodes.length + plan.add.numbers.length)
  if (wanted === null) return { set, ...NOBODY, pending: memcached?.pendingNodes ?? null }
  if (change.applyImmediately !== false) return { set, ...plan, pending: null }
  // As many as there are takes back what waits.
  return { set, ...NOBODY, pending: wanted.numCacheNodes === cluster.nodes.length ? null : wanted }
}

/** What is asked for takes the place of what waits; a change that is to be at once takes along what waits. */
function wantedNodes(memcached: MemcachedFacts | null, change: ClusterChange): NodesChange | null {
  const { numCacheNodes, cacheNodeIdsToRemove = [], newAvailabilityZones = [] } = change
  if (numCacheNodes === undefined)
    return change.applyImmediately === true ? (memcached?.pendingNodes ?? null) : null
  return {
    numCacheNodes,
    cacheNodeIdsToRemove: [...cacheNodeIdsToRemove],
    newAvailabilityZones: [...newAvailabilityZones],
  }
}

type Nodes = Pick<ClusterChangePlan, 'add' | 'remove'>
const NOBODY: Nodes = { add: { numbers: [], zones: [] }, remove: [] }

function requireAvailable(cluster: CacheCluster): void {
  const status = cacheClusterStatus(cluster)
  if (status === 'available') return
  throw new ServiceError(
    'InvalidCacheClusterState',
    `Cache cluster must be in available state to modify. Cache cluster ${cluster.cacheClusterId} has status ${status}.`,
  )
}

function refuseUnfitting(findings: Findings, cluster: CacheCluster, change: ClusterChange): void {
  const { memcached } = cluster
  if (memcached === null) return refuseMemcachedOnly(findings, cluster, change)
  if (change.saslUsers === undefined || memcached.userNames.length > 0) return
  findings.combination(
    'saslUsers',
    'The cache cluster was created without saslUsers and lets everybody in: create one with saslUsers instead.',
  )
}

function refuseMemcachedOnly(findings: Findings, { engine }: CacheCluster, change: ClusterChange): void {
  const { numCacheNodes = 1, cacheNodeIdsToRemove = [], newAvailabilityZones = [], azMode } = change
  if (numCacheNodes !== 1)
    findings.value('numCacheNodes', `A cache cluster of engine ${engine} has exactly one node.`)
  if (cacheNodeIdsToRemove.length > 0)
    findings.combination(
      'cacheNodeIdsToRemove',
      `cacheNodeIdsToRemove is not supported for engine ${engine}.`,
    )
  if (newAvailabilityZones.length > 0)
    findings.combination(
      'newAvailabilityZones',
      `newAvailabilityZones is not supported for engine ${engine}.`,
    )
  if (change.saslUsers !== undefined)
    findings.combination('saslUsers', `saslUsers is not supported for engine ${engine}.`)
  if (azMode !== undefined) findings.combination('azMode', `azMode is not supported for engine ${engine}.`)
}

/** Nodes that stand never move, so a cluster that is spread stays so. */
function checkAzMode(
  findings: Findings,
  { nodes }: CacheCluster,
  memcached: MemcachedFacts,
  { azMode = memcached.azMode }: ClusterChange,
): AzMode {
  if (azMode === 'single-az' && !isOneZone(nodes.map(({ zone }) => zone)))
    findings.combination(
      'azMode',
      'azMode must be cross-az: the nodes are in several availability zones, and nodes do not move.',
    )
  return azMode
}

function planNodes(
  findings: Findings,
  cluster: CacheCluster,
  memcached: MemcachedFacts,
  { numCacheNodes, cacheNodeIdsToRemove: ids, newAvailabilityZones: zones }: NodesChange,
  azMode: AzMode,
): Nodes {
  const current = cluster.nodes.length
  const added = numCacheNodes - current
  if (zones.length > 0 && zones.length !== Math.max(0, added))
    findings.combination(
      'newAvailabilityZones',
      `newAvailabilityZones must name as many zones as nodes are added, which is ${Math.max(0, added)}.`,
    )
  checkVictims(findings, cluster, ids, Math.max(0, -added))
  const [{ zone } = { zone: null }] = cluster.nodes
  if (azMode === 'single-az' && zones.some((one) => one !== zone))
    findings.combination(
      'newAvailabilityZones',
      `The nodes are in ${zone}: zones that differ need azMode cross-az.`,
    )
  const coming = Array.from({ length: Math.max(0, added) }, (_, i) => i)
  return {
    add: {
      numbers: coming.map((i) => memcached.lastNodeNumber + 1 + i),
      zones: coming.map((i) => zones[i] ?? (azMode === 'single-az' ? zone : null)),
    },
    remove: added < 0 ? [...ids] : [],
  }
}

function checkVictims(
  findings: Findings,
  { cacheClusterId, nodes }: CacheCluster,
  ids: readonly string[],
  count: number,
): void {
  const known = nodes.map(({ cacheNodeId }) => cacheNodeId)
  const unknown = ids.find((id) => !known.includes(id))
  if (unknown !== undefined)
    findings.value(
      'cacheNodeIdsToRemove',
      `Cache node ${shown(unknown)} is not part of cache cluster ${cacheClusterId}, which has ${known.join(', ')}.`,
    )
  else if (ids.length !== count)
    findings.combination(
      'cacheNodeIdsToRemove',
      `cacheNodeIdsToRemove must name exactly as many nodes as are to go, which is ${count}.`,
    )
}
