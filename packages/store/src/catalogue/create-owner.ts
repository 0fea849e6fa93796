import {
  findNodeType,
  invariant,
  newId,
  planPlacement,
  planPlacementTogether,
  ServiceError,
  type Accepted,
  type CacheClusterPlan,
  type EngineRoom,
  type NodeSettings,
  type ReplicationGroupPlan,
  type ZoneRoom,
} from '@cacheplane/domain'
import { allocateIp, allocateNodePorts, lockPlacement, type Pools } from '../allocation.ts'
import type { Queryable } from '../queryable.ts'
import { insertNetwork, takeSpare } from '../spare-networks.ts'
import { sql } from '../sql.ts'

export interface PlacementSettings {
  pools: Pools
  /** Kept from each engine for everything that is no cache node. */
  memoryReserveBytes: number
}

type Plan = ReplicationGroupPlan | CacheClusterPlan

/** What the rows of a cache cluster are made from. */
type ClusterSettings = NodeSettings & { accountId: string }

const NODES_PER_ACCOUNT_MAX = 300

/** Nodes to be placed, and the zones of those that they join. */
export type Placing = Pick<Plan, 'accountId' | 'cacheNodeType' | 'zones'> & {
  standing?: readonly string[]
  /** All of them in one zone. */
  together?: boolean
  /** How many of them each shard has, in order; all of them one shard when left out. */
  shardSizes?: readonly number[]
  /** The member of the request that names the zones. */
  zonesFrom: string
}

/** Zones for all nodes of the plan, or the reason why not; counts what is placed already against each engine. */
export async function place(q: Queryable, plan: Placing, settings: PlacementSettings): Promise<ZoneRoom[]> {
  const [{ count = 0 } = {}] = await q.rows<{ count: number }>(sql`
    SELECT count(*)::int FROM cache_node n JOIN cache_cluster c ON c.id = n.cluster_id WHERE c.account_id = ${plan.accountId}`)
  if (count + plan.zones.length > NODES_PER_ACCOUNT_MAX) {
    throw new ServiceError(
      'NodeQuotaForCustomerExceeded',
      `Customer node quota exceeded. You can have at most ${NODES_PER_ACCOUNT_MAX} nodes in this region`,
    )
  }
  const zones = await q.rows<ZoneRoom>(sql`
    SELECT name, engine_id AS "engineId", outage_mode IS NOT NULL AS "isOut" FROM zone`)
  const engines = await engineRooms(q, settings)
  const { zones: wishes, standing = [], together = false, shardSizes = [wishes.length] } = plan
  const wish = { zones, engines, wishes, standing, shardSizes, memoryBytesPerNode: memoryOf(plan) }
  const placement = together ? planPlacementTogether(wish) : planPlacement(wish)
  switch (placement.kind) {
    case 'placed':
      return placement.zones
    case 'no-such-zone': {
      const message = `${placement.zone} is not an availability zone of this installation; it has ${zones
        .map((zone) => zone.name)
        .sort()
        .join(', ')}.`
      throw new ServiceError('InvalidParameterValue', message, [{ path: plan.zonesFrom, message }])
    }
    case 'no-room':
      throw new ServiceError(
        'InsufficientCacheClusterCapacity',
        `The requested cache node type cannot be placed: ${placement.because}.`,
      )
  }
}

/** What each engine has for nodes, and what of it is taken. */
export function engineRooms(q: Queryable, { memoryReserveBytes }: PlacementSettings): Promise<EngineRoom[]> {
  return q.rows<EngineRoom>(sql`
    SELECT e.id AS "engineId", e.reachable, (e.memory_bytes - ${memoryReserveBytes}::bigint)::float8 AS "memoryBytes",
      COALESCE((SELECT sum(n.memory_bytes) FROM cache_node n WHERE n.engine_id = e.id), 0)::float8 AS "usedBytes"
    FROM docker_engine e`)
}

/** Memory of a node of that type. */
export function memoryOf(plan: Pick<Plan, 'cacheNodeType'>): number {
  const type = findNodeType(plan.cacheNodeType)
  invariant(type, `a validated plan names a known node type`)
  return type.memoryBytes
}

/** One that stands already where there is one: Docker takes its time over a network. */
export async function findNetwork(q: Queryable, pools: Pools, zones: readonly ZoneRoom[]) {
  const [engineId, ...others] = new Set(zones.map((zone) => zone.engineId))
  invariant(engineId, 'a plan has a node')
  const spare = others.length === 0 ? await takeSpare(q, engineId) : null
  return spare ?? insertNetwork(q, pools, [engineId, ...others])
}

/** A cache cluster row with its nodes' rows; returns the nodes' ids in order. */
export async function insertCluster(
  q: Queryable,
  plan: ClusterSettings,
  placed: {
    cacheClusterId: string
    zones: readonly ZoneRoom[]
    network: { id: string; subnet: string }
    pools: Pools
    /** Its nodes are in cluster mode, and speak to others of their cluster at a port of its own. */
    inCluster?: boolean
  },
): Promise<{ id: string; nodeIds: string[] }> {
  const id = newId('cacheCluster', q.random)
  await q.run(sql`
    INSERT INTO cache_cluster (id, account_id, cache_cluster_id, engine, engine_version, cache_node_type,
      cache_parameter_group_name, port, transit_encryption_mode, auto_minor_version_upgrade,
      preferred_maintenance_window, snapshot_retention_limit, snapshot_window, network_id)
    VALUES (${id}, ${plan.accountId}, ${placed.cacheClusterId}, ${plan.engine}, ${plan.engineVersion}, ${plan.cacheNodeType},
      ${plan.cacheParameterGroupName}, ${plan.port}, ${plan.transitEncryptionMode}, ${plan.autoMinorVersionUpgrade},
      ${plan.preferredMaintenanceWindow}, ${plan.snapshotRetentionLimit}, ${plan.snapshotWindow}, ${placed.network.id})`)
  const nodeIds = await insertNodes(q, { ...plan, id }, { ...placed, firstNumber: 1 })
  return { id, nodeIds }
}

/** Nodes of a cluster, numbered from `firstNumber` on; returns their ids in order. */
export async function insertNodes(
  q: Queryable,
  cluster: Pick<ClusterSettings, 'port' | 'cacheNodeType' | 'transitEncryptionMode'> & { id: string },
  placed: {
    zones: readonly ZoneRoom[]
    network: { id: string; subnet: string }
    pools: Pools
    firstNumber: number
    inCluster?: boolean
  },
): Promise<string[]> {
  const nodeIds: string[] = []
  for (const [i, zone] of placed.zones.entries()) {
    const nodeId = newId('node', q.random)
    const cacheNodeId = String(placed.firstNumber + i).padStart(4, '0')
    const ip = await allocateIp(q, placed.pools, placed.network, nodeId)
    const ports = await allocateNodePorts(q, placed.pools, zone.engineId, nodeId, {
      wished: cluster.port,
      inCluster: placed.inCluster === true,
      takesBoth: cluster.transitEncryptionMode === 'preferred',
    })
    await q.run(sql`
      INSERT INTO cache_node (id, cluster_id, cache_node_id, zone, engine_id, ip, port, plain_port, bus_port, memory_bytes)
      VALUES (${nodeId}, ${cluster.id}, ${cacheNodeId}, ${zone.name}, ${zone.engineId}, ${ip}, ${ports.port}, ${ports.plainPort}, ${ports.busPort},
        ${memoryOf(cluster)})`)
    nodeIds.push(nodeId)
  }
  return nodeIds
}

/** The owner's network, on new nodes' engines as well. */
export async function networkReaching(q: Queryable, networkId: string, zones: readonly ZoneRoom[]) {
  const engineIds = zones.map((zone) => zone.engineId)
  const [network] = await q.rows<{ id: string; subnet: string }>(sql`
    UPDATE network SET engine_ids = (SELECT array_agg(DISTINCT e) FROM unnest(engine_ids || ${engineIds}::text[]) AS e)
    WHERE id = ${networkId} RETURNING id, subnet`)
  invariant(network, `network ${networkId} is there`)
  return network
}

/** @param parentId of the workflow that waits for it */
export async function insertWorkflow(
  q: Queryable,
  kind: string,
  subjectId: string,
  parentId: string | null = null,
): Promise<string> {
  const id = newId('workflow', q.random)
  await q.run(sql`
    INSERT INTO workflow (id, kind, subject_id, parent_id, root_id)
    VALUES (${id}, ${kind}, ${subjectId}, ${parentId}, ${subjectId})`)
  return id
}

/** Whether an accepted creation was kept; waits for whoever is placing. */
export async function wasCreated(q: Queryable, { workflowId, replayed }: Accepted): Promise<boolean> {
  if (replayed) return true
  await lockPlacement(q)
  return (await q.rows(sql`SELECT 1 FROM workflow WHERE id = ${workflowId}`)).length > 0
}

export { lockPlacement }
