import {
  rangesOf,
  slotsIn,
  type CacheCluster,
  type CacheNode,
  type NodeGroup,
  type ReshardingAround,
  type SisterShard,
  type SlotRange,
} from '@cacheplane/domain'
import { readNodeGroup, type NodeGroupDoc } from '../documents.ts'
import type { Queryable } from '../queryable.ts'
import { prepared } from '../sql.ts'

const sisterShards = prepared('sister_shards')

/** Where the workflow of the replication group is with a resharding. */
export interface ReshardingRow {
  step: string
  move: { fromShardId: string; toShardId: string; slots: SlotRange[] } | null
  /** What sending one key may make a node silent for. */
  sendingMs: number
}

/** What of a move concerns this shard. */
export function reshardingAround(shardId: string, { step, move }: ReshardingRow): ReshardingAround {
  const leaving = move?.fromShardId === shardId ? { toShardId: move.toShardId, slots: move.slots } : null
  return { leaving, isHandingOver: leaving !== null && step === 'assign_slots' }
}

/** The other shards of a cluster. */
export async function loadSisters(
  q: Queryable,
  groupId: string,
  shardId: string,
  resharding: ReshardingRow | null,
): Promise<SisterShard[]> {
  const move = resharding?.move ?? null
  const rows = await q.rows<{ doc: NodeGroupDoc }>(sisterShards`
    SELECT row_to_json(d) AS doc FROM node_group_view d
    WHERE d."replicationGroupRow" = ${groupId} AND d.id <> ${shardId} ORDER BY d."nodeGroupId"`)
  const coming = (id: string) => (move?.toShardId === id ? slotsIn(move.slots) : [])
  return rows.map(({ doc }) => {
    const shard = readNodeGroup(doc)
    const slots = rangesOf([...slotsIn(shard.slots), ...coming(shard.id)])
    return { shardId: shard.id, nodeGroupId: shard.nodeGroupId, slots, primary: primaryIn(shard) }
  })
}

function primaryIn({ members, primaryNodeId }: NodeGroup): { node: CacheNode; cluster: CacheCluster } | null {
  const all = members.flatMap((cluster) => cluster.nodes.map((node) => ({ node, cluster })))
  return all.find(({ node }) => node.id === primaryNodeId) ?? null
}
