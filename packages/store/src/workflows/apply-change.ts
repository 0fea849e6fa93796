import { randomBytes } from 'node:crypto'
import { invariant, newId, unreachable, type Change } from '@cacheplane/domain'
import {
  allocateIp,
  allocatePort,
  allocateSubnet,
  lockPlacement,
  releaseNode,
  releaseSubnet,
  type Pools,
} from '../allocation.ts'
import type { Queryable } from '../queryable.ts'
import { insertEvent } from '../insert-event.ts'
import { applySpareChange, isSpareChange } from '../spare-networks.ts'
import { sql } from '../sql.ts'
import { raiseOn, wake } from './raise.ts'

/** Applies one recorded change; returns the workflows it woke. */
export async function applyChange(q: Queryable, pools: Pools, change: Change): Promise<string[]> {
  if (isSpareChange(change)) {
    await applySpareChange(q, pools, change)
    return []
  }
  switch (change.do) {
    case 'record-event':
      await insertEvent(q, change.accountId, change.event)
      return []
    case 'set-presence':
      await q.run(sql`UPDATE cache_node SET presence = ${change.presence} WHERE id = ${change.nodeId}`)
      return []
    case 'set-opened':
      await q.run(sql`
        UPDATE cache_node SET opened_at = CASE WHEN ${change.opened} THEN clock_now() END,
          engine_version_actual = COALESCE(${change.engineVersionActual ?? null}, engine_version_actual)
        WHERE id = ${change.nodeId}`)
      return []
    case 'next-incarnation':
      await nextIncarnation(q, pools, change.nodeId)
      return []
    case 'move-port':
      await movePort(q, pools, change.nodeId)
      return []
    case 'move-network':
      await moveNetwork(q, pools, change.networkId)
      return []
    case 'raise':
      return asList(await raiseOn(q, change.kind, change.subjectId, change.signal))
    case 'wake':
      return asList(await wake(q, change.workflowId))
    case 'spawn-node':
      return spawnNode(q, change.nodeId, change.parentId)
    case 'remove-node':
      await releaseNode(q, change.nodeId)
      await q.run(sql`DELETE FROM cache_node WHERE id = ${change.nodeId}`)
      return []
    case 'remove-replication-group':
      await removeReplicationGroup(q, change.id)
      return []
    case 'remove-cache-cluster':
      await removeCacheCluster(q, change.id)
      return []
    default:
      return unreachable(change)
  }
}

const asList = (id: string | null): string[] => (id === null ? [] : [id])

async function networkOf(
  q: Queryable,
  nodeId: string,
): Promise<{ id: string; subnet: string; engine_id: string }> {
  const [network] = await q.rows<{ id: string; subnet: string; engine_id: string }>(sql`
    SELECT w.id, w.subnet, n.engine_id FROM cache_node n JOIN cache_cluster c ON c.id = n.cluster_id
    JOIN network w ON w.id = c.network_id WHERE n.id = ${nodeId}`)
  invariant(network, `node ${nodeId} has a network`)
  return network
}

async function nextIncarnation(q: Queryable, pools: Pools, nodeId: string): Promise<void> {
  await lockPlacement(q)
  const network = await networkOf(q, nodeId)
  await q.run(
    sql`UPDATE ip_allocation SET released_at = clock_now() WHERE node_id = ${nodeId} AND released_at IS NULL`,
  )
  const ip = await allocateIp(q, pools, network, nodeId)
  await q.run(sql`
    UPDATE cache_node SET incarnation = incarnation + 1, ip = ${ip}, presence = 'absent', opened_at = NULL WHERE id = ${nodeId}`)
}

async function movePort(q: Queryable, pools: Pools, nodeId: string): Promise<void> {
  await lockPlacement(q)
  const { engine_id: engineId } = await networkOf(q, nodeId)
  await q.run(
    sql`UPDATE port_allocation SET released_at = clock_now() WHERE node_id = ${nodeId} AND released_at IS NULL`,
  )
  const port = await allocatePort(q, pools, engineId, nodeId, null)
  await q.run(sql`UPDATE cache_node SET port = ${port} WHERE id = ${nodeId}`)
}

async function moveNetwork(q: Queryable, pools: Pools, networkId: string): Promise<void> {
  await lockPlacement(q)
  await releaseSubnet(q, networkId)
  const { subnet, gateway } = await allocateSubnet(q, pools, networkId)
  await q.run(sql`UPDATE network SET subnet = ${subnet}, gateway = ${gateway} WHERE id = ${networkId}`)
  const nodes = await q.rows<{ id: string }>(sql`
    SELECT n.id FROM cache_node n JOIN cache_cluster c ON c.id = n.cluster_id WHERE c.network_id = ${networkId}`)
  for (const { id } of nodes) {
    await q.run(
      sql`UPDATE ip_allocation SET released_at = clock_now() WHERE node_id = ${id} AND released_at IS NULL`,
    )
    const ip = await allocateIp(q, pools, { id: networkId, subnet }, id)
    await q.run(sql`UPDATE cache_node SET ip = ${ip} WHERE id = ${id}`)
  }
}

async function spawnNode(q: Queryable, nodeId: string, parentId: string): Promise<string[]> {
  const id = newId('workflow', randomBytes)
  const spawned = await q.run(sql`
    INSERT INTO workflow (id, kind, subject_id, parent_id, root_id)
    SELECT ${id}, 'node', ${nodeId}, p.id, p.subject_id FROM workflow p WHERE p.id = ${parentId}
    ON CONFLICT (kind, subject_id) DO NOTHING`)
  return spawned === 1 ? [id] : []
}

async function removeReplicationGroup(q: Queryable, id: string): Promise<void> {
  const [group] = await q.rows<{ network_id: string }>(
    sql`SELECT network_id FROM replication_group WHERE id = ${id}`,
  )
  if (group === undefined) return
  await refuseNodesLeft(q, group.network_id)
  await q.run(sql`DELETE FROM replication_group WHERE id = ${id}`)
  await removeNetwork(q, group.network_id)
}

async function removeCacheCluster(q: Queryable, id: string): Promise<void> {
  const [cluster] = await q.rows<{ network_id: string }>(
    sql`SELECT network_id FROM cache_cluster WHERE id = ${id}`,
  )
  if (cluster === undefined) return
  await refuseNodesLeft(q, cluster.network_id)
  await q.run(sql`DELETE FROM cache_cluster WHERE id = ${id}`)
  await removeNetwork(q, cluster.network_id)
}

async function refuseNodesLeft(q: Queryable, networkId: string): Promise<void> {
  const left = await q.rows(sql`
    SELECT 1 FROM cache_node n JOIN cache_cluster c ON c.id = n.cluster_id WHERE c.network_id = ${networkId} LIMIT 1`)
  invariant(left.length === 0, `nothing of network ${networkId} is left when its owner goes`)
}

async function removeNetwork(q: Queryable, networkId: string): Promise<void> {
  await releaseSubnet(q, networkId)
  await q.run(sql`DELETE FROM network WHERE id = ${networkId}`)
}
