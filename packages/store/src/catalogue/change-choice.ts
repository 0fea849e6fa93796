import {
  describeModification,
  eventOfGroup,
  findShortage,
  pickChoice,
  ServiceError,
  type ChoicePlan,
  type ReplicationGroup,
} from '@cacheplane/domain'
import { lockPlacement } from '../allocation.ts'
import { insertEvent } from '../insert-event.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { raiseOnNodeGroup } from './change-group.ts'
import { engineRooms, memoryOf, type PlacementSettings } from './create-owner.ts'

/** Notes what every node is to be; returns the workflow that begins with it, null when it waits or is taken back. */
export async function changeChoice(
  q: Queryable,
  settings: PlacementSettings,
  group: ReplicationGroup,
  plan: ChoicePlan,
): Promise<string | null> {
  if (plan.kind === 'keep') return null
  if (plan.kind === 'drop') {
    await q.run(sql`
      UPDATE replication_group SET pending_engine = NULL, pending_engine_version = NULL, pending_cache_node_type = NULL,
        pending_transit_encryption_mode = NULL, pending_state = NULL, pending_because = NULL WHERE id = ${group.id}`)
    return null
  }
  const { wanted, state } = plan
  if (state === 'rolling') await requireRoom(q, settings, group, memoryOf(wanted))
  await q.run(sql`
    UPDATE replication_group SET pending_engine = ${wanted.engine}, pending_engine_version = ${wanted.engineVersion},
      pending_cache_node_type = ${wanted.cacheNodeType},
      pending_transit_encryption_mode = ${wanted.transitEncryptionMode}, pending_state = ${state}, pending_because = NULL
    WHERE id = ${group.id}`)
  if (state === 'waiting') return null
  const what = describeModification(pickChoice(group), wanted)
  await insertEvent(
    q,
    group.accountId,
    eventOfGroup(group.replicationGroupId, `Applying modification to ${what}`),
  )
  const raised: (string | null)[] = []
  for (const shard of group.nodeGroups) raised.push(await raiseOnNodeGroup(q, shard, 'converge'))
  return raised[0] ?? null
}

/** Before anything begins: a node stands beside its successor for a while. */
export async function requireRoom(
  q: Queryable,
  settings: PlacementSettings,
  group: ReplicationGroup,
  wantedBytes: number,
): Promise<void> {
  await lockPlacement(q)
  const rooms = (await engineRooms(q, settings)).map(({ engineId, memoryBytes, usedBytes }) => ({
    engineId,
    freeBytes: memoryBytes - usedBytes,
  }))
  const members = group.nodeGroups.flatMap((shard) => shard.members)
  const nodes = members.flatMap((member) =>
    member.nodes.map(({ engineId }) => ({ engineId, memoryBytes: memoryOf(member) })),
  )
  const shortage = findShortage(rooms, nodes, wantedBytes)
  if (shortage === null) return
  throw new ServiceError(
    'InsufficientCacheClusterCapacity',
    `The requested cache node type cannot be placed: ${shortage}.`,
  )
}
