import {
  planReboot,
  replicationGroupStatus,
  ServiceError,
  type Accepted,
  type CacheCluster,
  type CacheNode,
  type Idempotency,
} from '@cacheplane/domain'
import type { Database } from '../database.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { raiseOn } from '../workflows/raise.ts'
import { asOneChange, lockWorkflowsOf } from './change-group.ts'
import { findCacheCluster, findReplicationGroup } from './describe.ts'
import { recall, rememberKey } from './idempotency.ts'

interface Reboot {
  accountId: string
  cacheClusterId: string
  cacheNodeIds: readonly string[]
  idempotency: Idempotency | null
}

export function rebootCacheCluster(db: Database, reboot: Reboot): Promise<Accepted> {
  return asOneChange(db, async (q) => {
    const known = await lockCluster(q, reboot)
    const replayed = await recall(q, reboot)
    if (replayed !== null) return replayed
    const cluster = await findCacheCluster(q, reboot.accountId, reboot.cacheClusterId)
    if (cluster === null) throw clusterNotFound(reboot.cacheClusterId)
    const nodes = planReboot(cluster, reboot.cacheNodeIds)
    if (known.nodeGroup !== null) await requireGroupAvailable(q, cluster)
    const nodeIds = nodes.map((node) => node.id)
    await q.run(sql`UPDATE cache_node SET rebooting = true WHERE id = ANY(${nodeIds})`)
    const workflowId = (await raise(q, nodes, known.nodeGroup)) ?? known.workflowId
    const accepted = { resourceId: cluster.id, workflowId, replayed: false }
    await rememberKey(q, reboot, accepted)
    return accepted
  })
}

/** A node of a node group is restarted by it: its replicas must not be wiped by a primary that comes back empty. */
async function raise(
  q: Queryable,
  nodes: readonly CacheNode[],
  nodeGroup: string | null,
): Promise<string | null> {
  if (nodeGroup !== null) return raiseOn(q, 'node-group', nodeGroup, 'converge')
  const raised: (string | null)[] = []
  for (const node of nodes) raised.push(await raiseOn(q, 'node', node.id, 'replace'))
  return raised[0] ?? null
}

async function lockCluster(q: Queryable, { accountId, cacheClusterId }: Reboot) {
  const [cluster] = await q.rows<{ root: string; node_group: string | null; workflow: string }>(sql`
    SELECT w.subject_id AS root, c.node_group_id AS node_group, w.id AS workflow FROM cache_cluster c
    JOIN workflow w ON w.subject_id = COALESCE(c.replication_group_id, c.id)
    WHERE c.account_id = ${accountId} AND c.cache_cluster_id = ${cacheClusterId}`)
  if (cluster === undefined) throw clusterNotFound(cacheClusterId)
  await lockWorkflowsOf(q, cluster.root)
  return { nodeGroup: cluster.node_group, workflowId: cluster.workflow }
}

async function requireGroupAvailable(q: Queryable, cluster: CacheCluster): Promise<void> {
  const group = await findReplicationGroup(q, cluster.accountId, cluster.replicationGroupId ?? '')
  const status = group === null ? 'deleting' : replicationGroupStatus(group)
  if (status === 'available') return
  throw new ServiceError(
    'InvalidCacheClusterState',
    `Cache cluster ${cluster.cacheClusterId} cannot be rebooted while replication group ${cluster.replicationGroupId} has status ${status}.`,
  )
}

function clusterNotFound(cacheClusterId: string): ServiceError {
  return new ServiceError('CacheClusterNotFound', `Cache cluster ${cacheClusterId} not found.`)
}
