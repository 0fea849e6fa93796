import {
  rangesOf,
  slotsIn,
  type CacheCluster,
  type CacheNode,
  type NodeGroup,
  type ReshardingAround,
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
}

/** What a node group has to heed of the others of its cluster while slots go between them. */
export async function loadResharding(
  q: Queryable,
  groupId: string,
  shardId: string,
  { step, move }: ReshardingRow,
): Promise<ReshardingAround> {
  const rows = await q.rows<{ doc: NodeGroupDoc }>(sisterShards`
    SELECT row_to_json(d) AS doc FROM node_group_view d
    WHERE d."replicationGroupRow" = ${groupId} AND d.id <> ${shardId} ORDER BY d."nodeGroupId"`)
  const leaving = move?.fromShardId === shardId ? { toShardId: move.toShardId, slots: move.slots } : null
  const coming = (id: string) => (move?.toShardId === id ? slotsIn(move.slots) : [])
  const sisters = rows.map(({ doc }) => {
    const shard = readNodeGroup(doc)
    const slots = rangesOf([...slotsIn(shard.slots), ...coming(shard.id)])
    return { shardId: shard.id, slots, primary: primaryIn(shard) }
  })
  return { leaving, isHandingOver: leaving !== null && step === 'assign_slots', sisters }
}

function primaryIn({ members, primaryNodeId }: NodeGroup): { node: CacheNode; cluster: CacheCluster } | null {
  const all = members.flatMap((cluster) => cluster.nodes.map((node) => ({ node, cluster })))
  return all.find(({ node }) => node.id === primaryNodeId) ?? null
}
