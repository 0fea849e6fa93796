import {
  formatSlots,
  invariant,
  newId,
  type NodeSettings,
  type SlotRange,
  type ZoneRoom,
} from '@cacheplane/domain'
import type { Pools } from '../allocation.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { insertCluster } from './create-owner.ts'

/** A node group that is to be, with the names of its members, the primary's first. */
export interface Shard {
  nodeGroupId: string
  /** Null without cluster mode. */
  slots: readonly SlotRange[] | null
  memberIds: readonly string[]
}

interface PlacedShard {
  groupId: string
  shard: Shard
  /** A zone for each member. */
  zones: readonly ZoneRoom[]
  network: { id: string; subnet: string }
}

/** A node group's row and those of its members; returns its id. */
export async function insertShard(
  q: Queryable,
  pools: Pools,
  plan: NodeSettings & { accountId: string },
  { groupId, shard, zones, network }: PlacedShard,
): Promise<string> {
  const nodeIds: string[] = []
  const clusterIds: string[] = []
  for (const [i, cacheClusterId] of shard.memberIds.entries()) {
    const inCluster = shard.slots !== null
    const placed = { cacheClusterId, zones: zones.slice(i, i + 1), network, pools, inCluster }
    // The port that was asked for is the endpoint's.
    const member = await insertCluster(q, { ...plan, port: null }, placed)
    clusterIds.push(member.id)
    nodeIds.push(...member.nodeIds)
  }
  return insertNodeGroup(q, groupId, shard, clusterIds, nodeIds)
}

async function insertNodeGroup(
  q: Queryable,
  groupId: string,
  { nodeGroupId, slots }: Shard,
  clusterIds: readonly string[],
  nodeIds: readonly string[],
): Promise<string> {
  const id = newId('nodeGroup', q.random)
  const [primaryNodeId] = nodeIds
  invariant(primaryNodeId, 'a node group has a primary')
  await q.run(sql`
    INSERT INTO node_group (id, replication_group_id, node_group_id, primary_node_id, slots)
    VALUES (${id}, ${groupId}, ${nodeGroupId}, ${primaryNodeId}, ${slots === null ? null : formatSlots(slots)})`)
  await q.run(sql`
    UPDATE cache_cluster SET replication_group_id = ${groupId}, node_group_id = ${id} WHERE id = ANY(${clusterIds})`)
  return id
}
