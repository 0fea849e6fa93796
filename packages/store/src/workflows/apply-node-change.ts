import { invariant, unreachable, type Change } from '@cacheplane/domain'
import {
  allocateIp,
  allocateNodePorts,
  allocateSubnet,
  lockPlacement,
  releaseNode,
  releaseSubnet,
  type Pools,
} from '../allocation.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { giveUpPlace } from './apply-rolling-change.ts'
import { isOneOf } from './is-one-of.ts'

const KINDS = [
  'set-presence',
  'set-opened',
  'set-parameters',
  'next-incarnation',
  'move-port',
  'move-network',
  'set-leaving',
  'clear-rebooting',
  'remove-node',
  'remove-member',
] as const
type NodeChange = Extract<Change, { do: (typeof KINDS)[number] }>

export const isNodeChange = isOneOf(KINDS)

export async function applyNodeChange(q: Queryable, pools: Pools, change: NodeChange): Promise<void> {
  switch (change.do) {
    case 'set-presence':
      await q.run(sql`UPDATE cache_node SET presence = ${change.presence} WHERE id = ${change.nodeId}`)
      return
    case 'set-opened':
      await q.run(sql`
        UPDATE cache_node SET opened_at = CASE WHEN ${change.opened} THEN clock_now() END,
          engine_version_actual = COALESCE(${change.engineVersionActual ?? null}, engine_version_actual),
          cluster_node_id = COALESCE(${change.clusterNodeId ?? null}, cluster_node_id),
          image_id = COALESCE(${change.imageId ?? null}, image_id)
        WHERE id = ${change.nodeId}`)
      return
    case 'set-parameters':
      await q.run(sql`
        UPDATE cache_node SET parameter_values = ${JSON.stringify(change.parameterValues)}::jsonb WHERE id = ${change.nodeId}`)
      return
    case 'next-incarnation':
      return nextIncarnation(q, pools, change.nodeId)
    case 'move-port':
      return movePort(q, pools, change.nodeId)
    case 'move-network':
      return moveNetwork(q, pools, change.networkId)
    case 'set-leaving':
      await q.run(sql`UPDATE cache_node SET leaving = true WHERE id = ${change.nodeId}`)
      return
    case 'clear-rebooting':
      await q.run(sql`UPDATE cache_node SET rebooting = false WHERE id = ${change.nodeId}`)
      return
    case 'remove-node':
      await releaseNode(q, change.nodeId)
      await q.run(sql`DELETE FROM cache_node WHERE id = ${change.nodeId}`)
      await giveUpPlace(q, change.nodeId)
      return
    case 'remove-member':
      await q.run(sql`DELETE FROM cache_cluster WHERE id = ${change.clusterId} AND node_group_id IS NOT NULL`)
      return
    default:
      return unreachable(change)
  }
}

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
    UPDATE cache_node SET incarnation = incarnation + 1, ip = ${ip}, presence = 'absent', opened_at = NULL,
      cluster_node_id = NULL, image_id = NULL WHERE id = ${nodeId}`)
}

async function movePort(q: Queryable, pools: Pools, nodeId: string): Promise<void> {
  await lockPlacement(q)
  const { engine_id: engineId } = await networkOf(q, nodeId)
  await q.run(
    sql`UPDATE port_allocation SET released_at = clock_now() WHERE node_id = ${nodeId} AND released_at IS NULL`,
  )
  const [needs = { inCluster: false, takesBoth: false }] = await q.rows<{
    inCluster: boolean
    takesBoth: boolean
  }>(sql`
    SELECT bus_port IS NOT NULL AS "inCluster", plain_port IS NOT NULL AS "takesBoth" FROM cache_node WHERE id = ${nodeId}`)
  const ports = await allocateNodePorts(q, pools, engineId, nodeId, { wished: null, ...needs })
  await q.run(sql`
    UPDATE cache_node SET port = ${ports.port}, plain_port = ${ports.plainPort}, bus_port = ${ports.busPort}
    WHERE id = ${nodeId}`)
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
