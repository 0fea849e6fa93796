import {
  isOneZone,
  memberId,
  planShardChange,
  planSlotTargets,
  ServiceError,
  type Accepted,
  type ReplicationGroup,
  type ShardChange,
  type ShardChangePlan,
} from '@cacheplane/domain'
import { lockPlacement } from '../allocation.ts'
import type { Database } from '../database.ts'
import { insertEvent } from '../insert-event.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { raiseOn } from '../workflows/raise.ts'
import { changeGroup, type ChangeWish } from './change-group.ts'
import { networkReaching, place, type PlacementSettings } from './create-owner.ts'
import { oneZone } from './create-replication-group.ts'
import { insertShard } from './insert-shard.ts'

/** The rows of new shards, which own nothing yet, and what every shard is to own; the group's workflow makes it so. */
export function changeShards(
  db: Database,
  settings: PlacementSettings,
  wish: ChangeWish,
  change: ShardChange,
): Promise<Accepted> {
  return changeGroup(db, wish, async (q, group) => {
    refuseSnapshotting(group)
    await lockPlacement(q)
    const plan = planShardChange(group, change)
    const { nodeGroups } = group
    const addedIds = await addShards(q, settings, group, plan)
    const { targets, moved, because } = planSlotTargets(
      [...nodeGroups, ...addedIds.map((id) => ({ id, slots: [] }))],
      plan.leavingIds,
    )
    await q.run(sql`
      INSERT INTO resharding (replication_group_id, targets, total)
      VALUES (${group.id}, ${JSON.stringify(targets)}::jsonb, ${moved})`)
    const count = nodeGroups.length + addedIds.length - plan.leavingIds.length
    const message = `Resharding from ${nodeGroups.length} to ${count} shards started`
    const { accountId, replicationGroupId: sourceIdentifier } = group
    await insertEvent(q, accountId, { sourceType: 'replication-group', sourceIdentifier, message, because })
    return raiseOn(q, 'replication-group', group.id, 'converge')
  })
}

/** A key that moves between two reads of one snapshot would be in both of them, or in none. */
function refuseSnapshotting({ replicationGroupId, snapshotting }: ReplicationGroup): void {
  if (!snapshotting) return
  throw new ServiceError(
    'InvalidReplicationGroupState',
    `Replication group ${replicationGroupId} has status snapshotting; its shards can be changed once the snapshot is kept.`,
  )
}

async function addShards(
  q: Queryable,
  settings: PlacementSettings,
  group: ReplicationGroup,
  { added }: ShardChangePlan,
): Promise<string[]> {
  if (added.length === 0) return []
  const { accountId, replicationGroupId, cacheNodeType } = group
  const shards = added.map(({ nodeGroupId, zones }) => ({
    nodeGroupId,
    slots: [],
    memberIds: zones.map((_, i) => memberId(replicationGroupId, i + 1, nodeGroupId)),
  }))
  await refuseTakenNames(
    q,
    accountId,
    shards.flatMap(({ memberIds }) => memberIds),
  )
  const wishes = added.flatMap(({ zones }) => zones)
  const shardSizes = shards.map(({ memberIds }) => memberIds.length)
  const zonesFrom = 'reshardingConfiguration'
  const zones = await place(q, { accountId, cacheNodeType, zones: wishes, shardSizes, zonesFrom }, settings)
  const network = await networkReaching(q, group.networkId, zones)
  const ids: string[] = []
  for (const shard of shards) {
    const own = zones.splice(0, shard.memberIds.length)
    if (group.multiAZEnabled && isOneZone(own.map((zone) => zone.name))) throw oneZone()
    ids.push(await insertShard(q, settings.pools, group, { groupId: group.id, shard, zones: own, network }))
  }
  return ids
}

async function refuseTakenNames(q: Queryable, accountId: string, names: readonly string[]): Promise<void> {
  const [taken] = await q.rows<{ name: string }>(sql`
    SELECT cache_cluster_id AS name FROM cache_cluster
    WHERE account_id = ${accountId} AND cache_cluster_id = ANY(${names}) LIMIT 1`)
  if (taken === undefined) return
  throw new ServiceError(
    'InvalidReplicationGroupState',
    `Cache cluster ${taken.name} already exists, and a new shard would have a member of that name: give the shard another number.`,
  )
}
