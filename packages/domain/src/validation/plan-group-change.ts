import { ServiceError } from '../errors.ts'
import type { GroupChange } from '../ports/store.ts'
import type { ClusterMode, NodeGroup, ReplicationGroup } from '../resources.ts'
import { Findings, shown } from './findings.ts'
import { AUTOMATIC_FAILOVER_NEEDS, isOneZone, MULTI_AZ_NEEDS, MULTI_AZ_SPREADS } from './nodes.ts'
import { planChoice, type ChoicePlan } from './plan-choice.ts'
import { planClusterMode } from './plan-cluster-mode.ts'
import { windowsOverlap } from './windows.ts'

export interface GroupChangePlan {
  /** Null when it stays. */
  clusterMode: ClusterMode | null
  /** What the group's row is to say. */
  set: {
    description: string
    automaticFailoverEnabled: boolean
    multiAZEnabled: boolean
    autoMinorVersionUpgrade: boolean
    preferredMaintenanceWindow: string
    snapshotRetentionLimit: number
    snapshotWindow: string | null
  }
  /** A promotion that is to take place; null when the primary stays. */
  promotion: { nodeGroup: NodeGroup; fromCacheClusterId: string; toCacheClusterId: string } | null
  /** What becomes of a change of engine, version or node type. */
  choice: ChoicePlan
}

/** Judges a change by the group as it stands (elasticache-reference, 2.6). Throws, or returns what becomes of the group. */
export function planGroupChange(group: ReplicationGroup, change: GroupChange): GroupChangePlan {
  const set = {
    description: change.description ?? group.description,
    automaticFailoverEnabled: change.automaticFailoverEnabled ?? group.automaticFailoverEnabled,
    multiAZEnabled: change.multiAZEnabled ?? group.multiAZEnabled,
    autoMinorVersionUpgrade: change.autoMinorVersionUpgrade ?? group.autoMinorVersionUpgrade,
    preferredMaintenanceWindow: change.preferredMaintenanceWindow ?? group.preferredMaintenanceWindow,
    snapshotRetentionLimit: change.snapshotRetentionLimit ?? group.snapshotRetentionLimit,
    snapshotWindow: change.snapshotWindow ?? group.snapshotWindow,
  }
  const findings = new Findings()
  const { snapshotWindow } = set
  if (snapshotWindow !== null && windowsOverlap(set.preferredMaintenanceWindow, snapshotWindow))
    findings.value(
      change.snapshotWindow === undefined ? 'preferredMaintenanceWindow' : 'snapshotWindow',
      'The snapshot window and maintenance window must not overlap.',
    )
  if (group.clusterEnabled) checkClusterChange(findings, group, change)
  else checkSwitches(findings, group, set, change)
  const clusterMode = planClusterMode(findings, group, change)
  const promotion = planPromotion(findings, group, set, change.primaryClusterId)
  const choice = planChoice(findings, group, change)
  findings.throwIfAny()
  return { set, clusterMode, promotion, choice }
}

function checkSwitches(
  findings: Findings,
  group: ReplicationGroup,
  set: GroupChangePlan['set'],
  change: GroupChange,
): void {
  const nodes = group.nodeGroups.flatMap((shard) => shard.members.flatMap((member) => member.nodes))
  const turnsOn = (path: 'automaticFailoverEnabled' | 'multiAZEnabled') => change[path] === true
  if (turnsOn('automaticFailoverEnabled') && nodes.length < 2)
    findings.combination('automaticFailoverEnabled', AUTOMATIC_FAILOVER_NEEDS)
  if (!set.multiAZEnabled) return
  if (turnsOn('multiAZEnabled') && (!set.automaticFailoverEnabled || nodes.length < 2)) {
    findings.combination('multiAZEnabled', MULTI_AZ_NEEDS)
  } else if (!set.automaticFailoverEnabled) {
    findings.combination(
      'automaticFailoverEnabled',
      'Automatic failover cannot be turned off while Multi-AZ is on: set multiAZEnabled to false as well.',
    )
  } else if (turnsOn('multiAZEnabled') && !group.multiAZEnabled && isOneZone(nodes.map(({ zone }) => zone))) {
    findings.combination('multiAZEnabled', MULTI_AZ_SPREADS)
  }
}

/** Failover cannot be turned off, and nobody chooses a primary (elasticache-reference, 2.6). */
function checkClusterChange(findings: Findings, group: ReplicationGroup, change: GroupChange): void {
  const zonesOf = ({ members }: NodeGroup) => members.flatMap(({ nodes }) => nodes.map(({ zone }) => zone))
  if (change.multiAZEnabled === true && group.nodeGroups.some(({ members }) => members.length < 2))
    findings.combination('multiAZEnabled', MULTI_AZ_NEEDS)
  else if (
    change.multiAZEnabled === true &&
    !group.multiAZEnabled &&
    group.nodeGroups.some((shard) => isOneZone(zonesOf(shard)))
  )
    findings.combination('multiAZEnabled', MULTI_AZ_SPREADS)
  if (change.automaticFailoverEnabled === false)
    findings.combination(
      'automaticFailoverEnabled',
      'Turning off automatic failover for replication group with cluster mode enabled is not supported.',
    )
  if (change.primaryClusterId !== undefined)
    findings.combination(
      'primaryClusterId',
      'A primary can be chosen only with cluster mode disabled: use test-failover with the nodeGroupId of a shard.',
    )
}

function planPromotion(
  findings: Findings,
  group: ReplicationGroup,
  set: GroupChangePlan['set'],
  wanted: string | undefined,
): GroupChangePlan['promotion'] {
  if (wanted === undefined || group.clusterEnabled) return null
  if (set.automaticFailoverEnabled || set.multiAZEnabled)
    findings.combination(
      'primaryClusterId',
      'A primary can be chosen only while automatic failover and Multi-AZ are disabled: set automaticFailoverEnabled and multiAZEnabled to false.',
    )
  const nodeGroup = group.nodeGroups.find((shard) =>
    shard.members.some((member) => member.cacheClusterId === wanted),
  )
  if (nodeGroup === undefined) {
    const members = group.nodeGroups.flatMap((shard) => shard.members.map((one) => one.cacheClusterId))
    findings.value(
      'primaryClusterId',
      `Cache cluster ${shown(wanted)} is not a member of replication group ${group.replicationGroupId}; its members are ${members.join(', ')}.`,
    )
    return null
  }
  const fromCacheClusterId = primaryOf(nodeGroup)
  return fromCacheClusterId === wanted ? null : { nodeGroup, fromCacheClusterId, toCacheClusterId: wanted }
}

/** CacheClusterId of the primary. */
export function primaryOf(shard: NodeGroup): string {
  const primary = shard.members.find((member) => member.nodes.some((node) => node.id === shard.primaryNodeId))
  return primary?.cacheClusterId ?? ''
}

/** Throws unless a primary may be lost on purpose; whether it was done too often is for others to say. */
export function planTestFailover(
  group: ReplicationGroup,
  nodeGroupId: string,
): { nodeGroup: NodeGroup; fromCacheClusterId: string } {
  const nodeGroup = group.nodeGroups.find((shard) => shard.nodeGroupId === nodeGroupId)
  if (nodeGroup === undefined) {
    const ids = group.nodeGroups.map((shard) => shard.nodeGroupId).join(', ')
    const message = `Node group ${shown(nodeGroupId)} not found; the group has ${ids}.`
    throw new ServiceError('NodeGroupNotFoundFault', message, [{ path: 'nodeGroupId', message }])
  }
  if (!group.automaticFailoverEnabled || nodeGroup.members.length < 2)
    throw new ServiceError(
      'InvalidReplicationGroupState',
      `Failover can be tested only with automatic failover enabled and at least one replica; replication group ${group.replicationGroupId} has ` +
        `${group.automaticFailoverEnabled ? 'no replica' : 'automatic failover disabled'}.`,
    )
  return { nodeGroup, fromCacheClusterId: primaryOf(nodeGroup) }
}
