import { planResharding, shardSlotsOf, type ReshardingPlan } from '../cluster/plan-resharding.ts'
import { slotsLeft } from '../cluster/plan-slot-move.ts'
import { ServiceError } from '../errors.ts'
import type { ShardChange } from '../ports/store.ts'
import type { NodeGroup, ReplicationGroup } from '../resources.ts'
import { Findings } from './findings.ts'

/** What becomes of the shards of a group. */
export interface ShardChangePlan {
  /** Shards to be, and a zone for each of their nodes or null to leave the choice. */
  added: { nodeGroupId: string; zones: (string | null)[] }[]
  /** Shards that give their slots away and go, by their internal ids. */
  leavingIds: string[]
}

/** Judges a wish for other shards by the group as it stands (elasticache-reference, 2.7). */
export function planShardChange(group: ReplicationGroup, wish: ShardChange): ShardChangePlan {
  if (group.clusterMode !== 'enabled')
    throw new ServiceError(
      'InvalidParameterValue',
      'Operation is only applicable for cluster mode enabled replication groups.',
    )
  const { nodeGroups } = group
  const findings = new Findings()
  const added = wish.nodeGroupCount - nodeGroups.length
  if (added >= 0 && wish.remove.length + wish.retain.length > 0)
    findings.combination(
      wish.remove.length > 0 ? 'nodeGroupsToRemove' : 'nodeGroupsToRetain',
      `nodeGroupsToRemove and nodeGroupsToRetain are for fewer shards than there are, and there are ${nodeGroups.length}.`,
    )
  if (added <= 0 && wish.added.length > 0)
    findings.combination(
      'reshardingConfiguration',
      `reshardingConfiguration is for more shards than there are, and there are ${nodeGroups.length}.`,
    )
  if (added > 0 && wish.added.length > 0 && wish.added.length !== added)
    findings.combination(
      'reshardingConfiguration',
      `reshardingConfiguration must have an element for each new shard, which is ${added}.`,
    )
  findings.throwIfAny()
  if (added > 0) return { added: planAdded(group, wish, added), leavingIds: [] }
  return { added: [], leavingIds: added < 0 ? planLeaving(nodeGroups, wish) : [] }
}

/** Which slots move. Refused when none do. */
export function planSlotTargets(
  nodeGroups: readonly Pick<NodeGroup, 'id' | 'slots'>[],
  leavingIds: readonly string[],
): ReshardingPlan {
  const plan = planResharding(
    nodeGroups.map(({ id, slots }) => ({ shardId: id, slots, stays: !leavingIds.includes(id) })),
  )
  if (plan.moved > 0) return plan
  throw new ServiceError(
    'InvalidReplicationGroupState',
    'Slots in the replication group are uniformly distributed. Nothing to do.',
  )
}

/** As many nodes as the smallest shard has; numbers go on after the greatest. */
function planAdded(group: ReplicationGroup, wish: ShardChange, count: number): ShardChangePlan['added'] {
  const { nodeGroups, multiAZEnabled } = group
  const nodeCount = Math.min(...nodeGroups.map(({ members }) => members.length))
  const findings = new Findings()
  const taken = new Set(nodeGroups.map(({ nodeGroupId }) => nodeGroupId))
  for (const [i, { nodeGroupId, zones }] of wish.added.entries()) {
    const path = (member: string): string => `reshardingConfiguration[${i}].${member}`
    if (nodeGroupId !== null && taken.has(nodeGroupId))
      findings.value(path('nodeGroupId'), `${path('nodeGroupId')} must not be the number of another shard.`)
    if (zones !== null && zones.length !== nodeCount)
      findings.combination(
        path('preferredAvailabilityZones'),
        `${path('preferredAvailabilityZones')} must name a zone for each node, and new shards have as many as the smallest, which is ${nodeCount}.`,
      )
    if (zones !== null && multiAZEnabled && new Set(zones).size === 1)
      findings.combination(
        path('preferredAvailabilityZones'),
        `Multi-AZ is on: ${path('preferredAvailabilityZones')} must name several availability zones.`,
      )
    if (nodeGroupId !== null) taken.add(nodeGroupId)
  }
  findings.throwIfAny()
  let last = Math.max(...[...taken].map(Number))
  return Array.from({ length: count }, (_, i) => {
    const { nodeGroupId = null, zones = null } = wish.added[i] ?? {}
    return {
      nodeGroupId: nodeGroupId ?? String(++last).padStart(4, '0'),
      zones: zones === null ? Array.from({ length: nodeCount }, () => null) : [...zones],
    }
  })
}

function planLeaving(
  nodeGroups: readonly NodeGroup[],
  { nodeGroupCount, remove, retain }: ShardChange,
): string[] {
  const named = remove.length > 0 ? remove : retain
  const path = remove.length > 0 || retain.length === 0 ? 'nodeGroupsToRemove' : 'nodeGroupsToRetain'
  const findings = new Findings()
  if (named.length === 0)
    findings.combination(
      path,
      'To have fewer shards, say which ones go in nodeGroupsToRemove, or which ones stay in nodeGroupsToRetain.',
    )
  for (const id of named) {
    if (nodeGroups.some(({ nodeGroupId }) => nodeGroupId === id)) continue
    throw new ServiceError('NodeGroupNotFoundFault', `Node group ${id} not found.`, [
      { path, message: `There is no node group ${id}.` },
    ])
  }
  const expected = remove.length > 0 ? nodeGroups.length - nodeGroupCount : nodeGroupCount
  if (named.length > 0 && named.length !== expected)
    findings.combination(
      path,
      `${path} must name ${expected} of ${nodeGroups.length} shards, so that ${nodeGroupCount} stay.`,
    )
  findings.throwIfAny()
  return nodeGroups.filter((one) => named.includes(one.nodeGroupId) === remove.length > 0).map(({ id }) => id)
}

/** How far a resharding has come, in percent. */
export function reshardingProgress({ nodeGroups, resharding }: ReplicationGroup): number | null {
  if (resharding === null) return null
  const { targets, total } = resharding
  if (total === 0) return 0
  const left = slotsLeft(shardSlotsOf(nodeGroups), targets)
  return Math.max(0, Math.round((1000 * (total - left)) / total) / 10)
}
