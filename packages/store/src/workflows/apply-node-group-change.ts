import { formatSlots, invariant, splitSlots, StaleLease, unreachable, type Change } from '@cacheplane/domain'
import type { Queryable } from '../queryable.ts'
import { prepared, sql } from '../sql.ts'
import { releaseEndpoint } from './apply-edge-change.ts'
import { isOneOf } from './is-one-of.ts'

const nextEpoch = prepared('next_epoch')
const newPrimary = prepared('new_primary')
const newFailover = prepared('new_failover')
const advancedFailover = prepared('advance_failover')

type Of<Kind extends Change['do']> = Extract<Change, { do: Kind }>
const KINDS = [
  'begin-epoch',
  'set-primary',
  'record-failover',
  'advance-failover',
  'remove-node-group',
] as const
type NodeGroupChange = Of<(typeof KINDS)[number]>

export const isNodeGroupChange = isOneOf(KINDS)

export async function applyNodeGroupChange(q: Queryable, change: NodeGroupChange): Promise<void> {
  switch (change.do) {
    case 'begin-epoch':
      return beginEpoch(q, change)
    case 'set-primary':
      return setPrimary(q, change)
    case 'record-failover':
      return recordFailover(q, change)
    case 'advance-failover':
      return advanceFailover(q, change)
    case 'remove-node-group':
      return removeNodeGroup(q, change.id)
    default:
      return unreachable(change)
  }
}

async function beginEpoch(q: Queryable, { nodeGroupId, fromEpoch }: Of<'begin-epoch'>): Promise<void> {
  const begun = await q.run(
    nextEpoch`UPDATE node_group SET epoch = epoch + 1 WHERE id = ${nodeGroupId} AND epoch = ${fromEpoch}`,
  )
  if (begun !== 1) throw otherEpoch(nodeGroupId, fromEpoch)
}

async function setPrimary(q: Queryable, { nodeGroupId, epoch, nodeId }: Of<'set-primary'>): Promise<void> {
  const set = await q.run(
    newPrimary`UPDATE node_group SET primary_node_id = ${nodeId} WHERE id = ${nodeGroupId} AND epoch = ${epoch}`,
  )
  if (set !== 1) throw otherEpoch(nodeGroupId, epoch)
  await followMode(q, nodeGroupId, nodeId)
}

/** Whether a group is a cluster is for its primaries to say: where one is not, it is the only one, and has every slot once it is. */
async function followMode(q: Queryable, nodeGroupId: string, nodeId: string): Promise<void> {
  const [changed] = await q.rows<{ enabled: boolean }>(sql`
    UPDATE replication_group g SET cluster_enabled = n.bus_port IS NOT NULL
    FROM node_group s, cache_node n WHERE s.id = ${nodeGroupId} AND g.id = s.replication_group_id AND n.id = ${nodeId}
      AND g.cluster_enabled <> (n.bus_port IS NOT NULL) RETURNING g.cluster_enabled AS enabled`)
  if (changed === undefined) return
  const slots = changed.enabled ? formatSlots(splitSlots(1)) : null
  await q.run(sql`UPDATE node_group SET slots = ${slots} WHERE id = ${nodeGroupId}`)
}

function otherEpoch(nodeGroupId: string, epoch: bigint): StaleLease {
  return new StaleLease(`node group ${nodeGroupId} is not in epoch ${epoch} any more`)
}

async function recordFailover(q: Queryable, { failover }: Of<'record-failover'>): Promise<void> {
  await q.run(newFailover`
    INSERT INTO failover (id, node_group_id, epoch, kind, status, cause, from_cache_cluster_id)
    VALUES (${failover.id}, ${failover.nodeGroupId}, ${failover.epoch}, ${failover.kind}, 'running', ${failover.cause},
      ${failover.fromCacheClusterId})`)
}

async function advanceFailover(q: Queryable, { failoverId, advance }: Of<'advance-failover'>): Promise<void> {
  const { phases = [], status = null, epoch = null, toCacheClusterId = null } = advance
  await q.run(advancedFailover`
    UPDATE failover SET phases = phases || ${JSON.stringify(phases)}::jsonb, status = COALESCE(${status}, status),
      epoch = COALESCE(${epoch}, epoch), to_cache_cluster_id = COALESCE(${toCacheClusterId}, to_cache_cluster_id),
      ended_at = CASE WHEN COALESCE(${status}, status) IN ('completed', 'abandoned') THEN COALESCE(ended_at, clock_now()) END
    WHERE id = ${failoverId}`)
}

/** Its members and the record of its failovers go with it. */
async function removeNodeGroup(q: Queryable, id: string): Promise<void> {
  const left = await q.rows(sql`
    SELECT 1 FROM cache_node n JOIN cache_cluster c ON c.id = n.cluster_id WHERE c.node_group_id = ${id} LIMIT 1`)
  invariant(left.length === 0, `no node of node group ${id} is left when it goes`)
  await releaseEndpoint(q, id)
  await q.run(sql`DELETE FROM node_group WHERE id = ${id}`)
}
