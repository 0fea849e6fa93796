import {
  describeModification,
  eventOfGroup,
  invariant,
  mib,
  parameterGroupOf,
  pickChoice,
  unreachable,
  type Change,
  type PendingChange,
  type NodeChoice,
} from '@cacheplane/domain'
import { allocateIp, allocateNodePorts, lockPlacement, type Pools } from '../allocation.ts'
import { memoryOf } from '../catalogue/create-owner.ts'
import { insertEvent } from '../insert-event.ts'
import type { Queryable } from '../queryable.ts'
import { beginUpdateOf, giveUpUpdateOf } from '../service-updates/apply-update-change.ts'
import { sql } from '../sql.ts'
import { isOneOf } from './is-one-of.ts'

type Of<Kind extends Change['do']> = Extract<Change, { do: Kind }>
const KINDS = ['add-successor', 'renew-node', 'begin-rolling', 'stop-rolling', 'finish-rolling'] as const
type RollingChange = Of<(typeof KINDS)[number]>

export const isRollingChange = isOneOf(KINDS)

export async function applyRollingChange(q: Queryable, pools: Pools, change: RollingChange): Promise<void> {
  switch (change.do) {
    case 'add-successor':
      return addSuccessor(q, pools, change)
    case 'renew-node':
      return renewNode(q, change)
    case 'begin-rolling':
      await q.run(sql`
        UPDATE replication_group SET pending_state = 'rolling' WHERE id = ${change.groupId} AND pending_state = 'waiting'`)
      return
    case 'stop-rolling':
      return stopRolling(q, change.groupId, change.because)
    case 'finish-rolling':
      return finishRolling(q, change)
    default:
      return unreachable(change)
  }
}

interface Predecessor {
  cluster_id: string
  cache_node_id: string
  zone: string
  engine_id: string
  network_id: string
  subnet: string
  group_id: string
  bus_port: number | null
  /** Another shard of its cluster is at it. */
  waits: boolean
  free_bytes: number
}

/** In the same zone, and in one shard at a time, whoever asks first. Room was found when the change was accepted; what others took since comes from the reserve, and no more. */
async function addSuccessor(
  q: Queryable,
  pools: Pools,
  { nodeId, successorId, choice }: Of<'add-successor'>,
): Promise<void> {
  await lockPlacement(q)
  const [old] = await q.rows<Predecessor>(sql`
    SELECT n.cluster_id, n.cache_node_id, n.zone, n.engine_id, w.id AS network_id, w.subnet, c.replication_group_id AS group_id, n.bus_port,
      EXISTS (SELECT 1 FROM cache_node o JOIN cache_cluster b ON b.id = o.cluster_id WHERE o.replaces IS NOT NULL
        AND b.replication_group_id = c.replication_group_id AND b.node_group_id <> c.node_group_id) AS waits,
      (e.memory_bytes - (SELECT sum(o.memory_bytes) FROM cache_node o WHERE o.engine_id = e.id))::float8 AS free_bytes
    FROM cache_node n JOIN cache_cluster c ON c.id = n.cluster_id JOIN network w ON w.id = c.network_id
    JOIN docker_engine e ON e.id = n.engine_id WHERE n.id = ${nodeId}`)
  invariant(old, `node ${nodeId} is there to be replaced`)
  if (old.waits) return
  const memoryBytes = memoryOf(choice)
  if (old.free_bytes < memoryBytes) {
    const free = mib(Math.max(0, old.free_bytes))
    const because = `a node beside that in ${old.zone} needs ${mib(memoryBytes)} MiB, and its Docker engine has ${free} MiB free`
    return stopRolling(q, old.group_id, because)
  }
  const ip = await allocateIp(q, pools, { id: old.network_id, subnet: old.subnet }, successorId)
  const ports = await allocateNodePorts(q, pools, old.engine_id, successorId, {
    wished: null,
    inCluster: old.bus_port !== null,
    takesBoth: choice.transitEncryptionMode === 'preferred',
  })
  await q.run(sql`
    INSERT INTO cache_node (id, cluster_id, cache_node_id, zone, engine_id, ip, port, plain_port, bus_port, memory_bytes,
      replaces, engine, engine_version, cache_node_type, transit_encryption_mode)
    VALUES (${successorId}, ${old.cluster_id}, ${old.cache_node_id}, ${old.zone}, ${old.engine_id}, ${ip}, ${ports.port},
      ${ports.plainPort}, ${ports.busPort}, ${memoryBytes}, ${nodeId}, ${choice.engine}, ${choice.engineVersion},
      ${choice.cacheNodeType}, ${choice.transitEncryptionMode})`)
  await beginUpdateOf(q, old.group_id)
}

/** Only what is to be copied is told otherwise: what its clients speak stays. */
async function renewNode(q: Queryable, { nodeId, choice }: Of<'renew-node'>): Promise<void> {
  const { engine, engineVersion, cacheNodeType } = choice
  const renewed = await q.run(sql`
    UPDATE cache_node SET engine = ${engine}, engine_version = ${engineVersion}, cache_node_type = ${cacheNodeType}
    WHERE id = ${nodeId} AND engine IS NOT NULL`)
  if (renewed === 1) return
  await q.run(sql`
    UPDATE cache_cluster SET engine = ${engine}, engine_version = ${engineVersion}, cache_node_type = ${cacheNodeType}
    WHERE id = (SELECT cluster_id FROM cache_node WHERE id = ${nodeId})`)
}

/** Once the node before it is gone, a successor has its place, and its cache cluster is what it is. */
export async function giveUpPlace(q: Queryable, nodeId: string): Promise<void> {
  await q.run(sql`
    UPDATE cache_cluster c SET engine = s.engine, engine_version = s.engine_version, cache_node_type = s.cache_node_type,
      transit_encryption_mode = s.transit_encryption_mode
    FROM cache_node s WHERE s.replaces = ${nodeId} AND s.cluster_id = c.id AND s.engine IS NOT NULL`)
  await q.run(sql`
    UPDATE cache_node SET replaces = NULL, engine = NULL, engine_version = NULL, cache_node_type = NULL,
      transit_encryption_mode = NULL WHERE replaces = ${nodeId}`)
}

interface PendingRow {
  id: string
  accountId: string
  name: string
  now: NodeChoice
  cacheParameterGroupName: string
  clusterEnabled: boolean
  pending: PendingChange
}

async function pendingOf(q: Queryable, groupId: string): Promise<PendingRow | null> {
  const [row] = await q.rows<PendingRow>(sql`
    SELECT g.id, g.account_id AS "accountId", g.replication_group_id AS name, p.pending,
      g.cache_parameter_group_name AS "cacheParameterGroupName", g.cluster_enabled AS "clusterEnabled", json_build_object('engine', g.engine,
        'engineVersion', g.engine_version, 'cacheNodeType', g.cache_node_type,
        'transitEncryptionMode', g.transit_encryption_mode) AS now
    FROM replication_group g JOIN pending_change_view p ON p."replicationGroupRow" = g.id
    WHERE g.id = ${groupId} AND g.pending_state = 'rolling' FOR UPDATE OF g`)
  return row ?? null
}

/** Of several node groups the first stops the change for all. */
async function stopRolling(q: Queryable, groupId: string, because: string): Promise<void> {
  await giveUpUpdateOf(q, groupId, because)
  const group = await pendingOf(q, groupId)
  if (group === null) return
  await q.run(sql`
    UPDATE replication_group SET pending_state = 'stopped', pending_because = ${because} WHERE id = ${groupId}`)
  const message = `Failed applying modification to ${describeModification(group.now, group.pending.wanted)}.`
  await insertEvent(q, group.accountId, eventOfGroup(group.name, message, because))
}

async function finishRolling(q: Queryable, { groupId, wanted }: Of<'finish-rolling'>): Promise<void> {
  const group = await pendingOf(q, groupId)
  if (group === null || JSON.stringify(pickChoice(group.pending.wanted)) !== JSON.stringify(wanted)) return
  const left = await q.rows(sql`
    SELECT 1 FROM cache_cluster c WHERE c.replication_group_id = ${groupId} AND ((c.engine, c.engine_version, c.cache_node_type, c.transit_encryption_mode) IS DISTINCT FROM (${wanted.engine}::text,
        ${wanted.engineVersion}::text, ${wanted.cacheNodeType}::text, ${wanted.transitEncryptionMode}::text)
      OR EXISTS (SELECT 1 FROM cache_node n WHERE n.cluster_id = c.id AND n.replaces IS NOT NULL)) LIMIT 1`)
  if (left.length > 0) return
  const isDefault = group.cacheParameterGroupName === parameterGroupOf(group.now, group.clusterEnabled)
  const parameterGroup = isDefault
    ? parameterGroupOf(wanted, group.clusterEnabled)
    : group.cacheParameterGroupName
  await q.run(sql`
    UPDATE replication_group SET engine = ${wanted.engine}, engine_version = ${wanted.engineVersion},
      cache_node_type = ${wanted.cacheNodeType}, transit_encryption_mode = ${wanted.transitEncryptionMode},
      cache_parameter_group_name = ${parameterGroup}, pending_engine = NULL, pending_engine_version = NULL,
      pending_cache_node_type = NULL, pending_transit_encryption_mode = NULL, pending_state = NULL, pending_because = NULL
    WHERE id = ${groupId}`)
  await q.run(sql`
    UPDATE cache_cluster SET cache_parameter_group_name = ${parameterGroup} WHERE replication_group_id = ${groupId}`)
  const message = `Succeeded applying modification to ${describeModification(group.now, wanted)}.`
  await insertEvent(q, group.accountId, eventOfGroup(group.name, message))
}
