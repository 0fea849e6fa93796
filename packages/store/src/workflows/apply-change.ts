import { newId, unreachable, type Change } from '@cacheplane/domain'
import type { Pools } from '../allocation.ts'
import type { Queryable } from '../queryable.ts'
import { insertEvent } from '../insert-event.ts'
import { sql } from '../sql.ts'
import { applyUpdateChange, isUpdateChange } from '../service-updates/apply-update-change.ts'
import { applySpareChange, isSpareChange } from '../spare-networks.ts'
import { announce } from './announce.ts'
import { applyEdgeChange, isEdgeChange } from './apply-edge-change.ts'
import { applyNodeChange, isNodeChange } from './apply-node-change.ts'
import { applyNodeGroupChange, isNodeGroupChange } from './apply-node-group-change.ts'
import { applyReshardingChange, isReshardingChange } from './apply-resharding-change.ts'
import { applyRollingChange, isRollingChange } from './apply-rolling-change.ts'
import { applySnapshotChange, isSnapshotChange } from './apply-snapshot-change.ts'
import { endRestore } from './end-restore.ts'
import { lowerOn, raiseOn, wake } from './raise.ts'
import { removeCacheCluster, removeReplicationGroup } from './remove-owner.ts'

/** Applies one recorded change; returns the workflows it woke. */
export async function applyChange(q: Queryable, pools: Pools, change: Change): Promise<string[]> {
  switch (change.do) {
    case 'raise':
      return asList(await raiseOn(q, change.kind, change.subjectId, change.signal))
    case 'lower':
      return asList(await lowerOn(q, change.kind, change.subjectId, change.signal))
    case 'raise-on-edge':
      return raiseOnEdge(q, change)
    case 'wake':
      return asList(await wake(q, change.workflowId))
    case 'spawn':
      return spawn(q, change)
    case 'end-restore':
      return endRestore(q, change.ownerId)
    default:
      await applyToRows(q, pools, change)
      return []
  }
}

type Waking = 'raise' | 'lower' | 'raise-on-edge' | 'wake' | 'spawn' | 'end-restore'
type RowChange = Exclude<Change, { do: Waking }>

/** Each kind of change belongs to one resource, and each resource has a room of its own. */
async function applyToRows(q: Queryable, pools: Pools, change: RowChange): Promise<void> {
  if (isNodeChange(change)) return applyNodeChange(q, pools, change)
  if (isNodeGroupChange(change)) return applyNodeGroupChange(q, change)
  if (isRollingChange(change)) return applyRollingChange(q, pools, change)
  if (isReshardingChange(change)) return applyReshardingChange(q, change)
  if (isUpdateChange(change)) return applyUpdateChange(q, change)
  if (isEdgeChange(change)) return applyEdgeChange(q, pools, change)
  if (isSpareChange(change)) return applySpareChange(q, pools, change)
  if (isSnapshotChange(change)) return applySnapshotChange(q, change)
  switch (change.do) {
    case 'record-event':
      return insertEvent(q, change.accountId, change.event)
    case 'end-token-update':
      return endTokenUpdate(q, change.replicationGroupRow)
    case 'end-outage':
      await q.run(sql`UPDATE zone SET outage_mode = NULL, outage_since = NULL WHERE name = ${change.zone}`)
      return
    case 'announce':
      return announce(q, change)
    case 'remove-replication-group':
      return removeReplicationGroup(q, change.id)
    case 'remove-cache-cluster':
      return removeCacheCluster(q, change.id)
    default:
      return unreachable(change)
  }
}

/** Once the last shard has told its nodes. The row's lock has two that end at once see each other. */
async function endTokenUpdate(q: Queryable, groupId: string): Promise<void> {
  await q.rows(sql`SELECT 1 FROM replication_group WHERE id = ${groupId} FOR UPDATE`)
  await q.run(sql`
    UPDATE replication_group SET auth_token_update = NULL WHERE id = ${groupId} AND NOT EXISTS (
      SELECT 1 FROM node_group d JOIN workflow w ON w.kind = 'node-group' AND w.subject_id = d.id
      JOIN signal s ON s.workflow_id = w.id AND s.name = 'configure' WHERE d.replication_group_id = ${groupId})`)
}

const asList = (id: string | null): string[] => (id === null ? [] : [id])

/** What comes to rest is told under the name of the resource that a user knows, however deep it was spawned. */
async function spawn(q: Queryable, change: Extract<Change, { do: 'spawn' }>): Promise<string[]> {
  const id = newId('workflow', q.random)
  const spawned = await q.run(sql`
    INSERT INTO workflow (id, kind, subject_id, parent_id, root_id)
    SELECT ${id}, ${change.kind}, ${change.subjectId}, p.id, p.root_id FROM workflow p WHERE p.id = ${change.parentId}
    ON CONFLICT (kind, subject_id) DO NOTHING`)
  return spawned === 1 ? [id] : []
}

async function raiseOnEdge(
  q: Queryable,
  { edgeId, signal }: Extract<Change, { do: 'raise-on-edge' }>,
): Promise<string[]> {
  const users = await q.rows<{ kind: 'node-group' | 'replication-group' | 'cache-cluster'; id: string }>(sql`
    SELECT CASE WHEN node_group_id IS NOT NULL THEN 'node-group' WHEN replication_group_id IS NOT NULL THEN 'replication-group'
        ELSE 'cache-cluster' END AS kind,
      COALESCE(node_group_id, replication_group_id, cache_cluster_id) AS id
    FROM endpoint WHERE edge_id = ${edgeId} AND COALESCE(node_group_id, replication_group_id, cache_cluster_id) IS NOT NULL
    ORDER BY slot`)
  const woken: string[] = []
  for (const { kind, id } of users) woken.push(...asList(await raiseOn(q, kind, id, signal)))
  return woken
}
