import { ServiceError } from '../errors.ts'
import type { GroupReplicaDecrease, GroupReplicaIncrease } from '../ports/replica-count.ts'
import type { NodeGroup, ReplicationGroup } from '../resources.ts'
import { shown } from './findings.ts'
import { planReplicaDecrease, planReplicaIncrease, type ReplicaIncreasePlan } from './plan-replicas.ts'

/**
 * What becomes of each shard that gets replicas (elasticache-reference, 2.7). A shard that has as many as it is to have
 * already is left alone, unless that is so of all of them.
 *
 * @param taken names of other cache clusters that look like those of members
 */
export function planReplicaIncreases(
  group: ReplicationGroup,
  wish: GroupReplicaIncrease,
  taken: readonly string[] = [],
): { shard: NodeGroup; plan: ReplicaIncreasePlan }[] {
  return wishesByShard(group, wish).flatMap(({ shard, one }) => ({
    shard,
    plan: planReplicaIncrease(group, shard, one, taken),
  }))
}

/** The CacheClusterIds of those that go, by shard. */
export function planReplicaDecreases(
  group: ReplicationGroup,
  { shards, replicasToRemove }: GroupReplicaDecrease,
): { shard: NodeGroup; victims: string[] }[] {
  if (replicasToRemove.length === 0)
    return wishesByShard(group, shards).map(({ shard, one: { newReplicaCount } }) => ({
      shard,
      victims: planReplicaDecrease(group, shard, { newReplicaCount, replicasToRemove: [] }),
    }))
  const victimsOf = ({ members }: NodeGroup) =>
    replicasToRemove.filter((name) => members.some(({ cacheClusterId }) => cacheClusterId === name))
  const strangers = replicasToRemove.filter((name) =>
    group.nodeGroups.every((one) => !victimsOf(one).includes(name)),
  )
  const concerned = group.nodeGroups.filter(
    (shard, i) => victimsOf(shard).length > 0 || (i === 0 && strangers.length > 0),
  )
  return concerned.map((shard, i) => {
    const named = [...(i === 0 ? strangers : []), ...victimsOf(shard)]
    return {
      shard,
      victims: planReplicaDecrease(group, shard, { newReplicaCount: null, replicasToRemove: named }),
    }
  })
}

interface ShardWish {
  nodeGroupId: string | null
  newReplicaCount: number
}

/** A wish that names no shard is for all. */
function wishesByShard<Wish extends ShardWish>(
  group: ReplicationGroup,
  wishes: readonly Wish[],
): { shard: NodeGroup; one: Wish }[] {
  const { nodeGroups } = group
  for (const { nodeGroupId } of wishes)
    if (nodeGroupId !== null && nodeGroups.every((one) => one.nodeGroupId !== nodeGroupId))
      throw nodeGroupNotFound(nodeGroupId, nodeGroups)
  const all = nodeGroups.flatMap((shard) =>
    wishes
      .filter(({ nodeGroupId }) => nodeGroupId === null || nodeGroupId === shard.nodeGroupId)
      .map((one) => ({ shard, one })),
  )
  const changing = all.filter(({ shard, one }) => shard.members.length - 1 !== one.newReplicaCount)
  // The first of them says that there is nothing to do.
  return changing.length > 0 ? changing : all.slice(0, 1)
}

function nodeGroupNotFound(nodeGroupId: string, nodeGroups: readonly NodeGroup[]): ServiceError {
  const ids = nodeGroups.map((one) => one.nodeGroupId).join(', ')
  return new ServiceError('NodeGroupNotFoundFault', `Node group ${shown(nodeGroupId)} not found.`, [
    { path: 'nodeGroupId', message: `There is no such node group; there is ${ids}.` },
  ])
}
