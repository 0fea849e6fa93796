import { newId, ServiceError, type FailoverKind, type NodeGroup } from '@cacheplane/domain'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { raiseOnNodeGroup } from './change-group.ts'

export interface FailoverWish {
  kind: Extract<FailoverKind, 'test' | 'switch'>
  nodeGroup: NodeGroup
  cause: string
  fromCacheClusterId: string
  toCacheClusterId: string | null
}

/** Leaves the request to the node group's workflow, whose row is locked: nobody else requests one at the same time. */
export async function requestFailover(q: Queryable, wish: FailoverWish): Promise<string | null> {
  const { nodeGroup, kind, cause, fromCacheClusterId, toCacheClusterId } = wish
  const underWay = await q.rows(sql`
    SELECT 1 FROM failover WHERE node_group_id = ${nodeGroup.id} AND status IN ('requested', 'running')`)
  if (underWay.length > 0)
    throw new ServiceError(
      'InvalidReplicationGroupState',
      `Replication group must be in available state to modify. The primary of node group ${nodeGroup.nodeGroupId} is being changed already.`,
    )
  await q.run(sql`
    INSERT INTO failover (id, node_group_id, kind, status, cause, from_cache_cluster_id, to_cache_cluster_id)
    VALUES (${newId('failover', q.random)}, ${nodeGroup.id}, ${kind}, 'requested', ${cause}, ${fromCacheClusterId},
      ${toCacheClusterId})`)
  return raiseOnNodeGroup(q, nodeGroup, 'failover')
}
