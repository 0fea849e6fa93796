import type { UpdateRun } from '@cacheplane/domain'
import type { Queryable } from '../queryable.ts'
import { prepared } from '../sql.ts'

const updateRun = prepared('update_run')

/** The update that is being applied to a replication group, or to a cache cluster that stands alone. */
export async function loadUpdateRun(q: Queryable, ownerId: string): Promise<UpdateRun | null> {
  const [row] = await q.rows<UpdateRun>(updateRun`
    SELECT a.id AS "actionId", u.name, a.status = 'stopping' AS "isStopping",
      (SELECT COALESCE(json_agg(v."nodeId"), '[]') FROM service_update_node_view v
        WHERE v."serviceUpdateId" = u.id AND NOT v."isUpdated"
          AND (v."groupId" = ${ownerId} OR v."clusterId" = ${ownerId})) AS "outdatedNodeIds"
    FROM update_action a JOIN service_update u ON u.id = a.service_update_id
    WHERE (a.replication_group_id = ${ownerId} OR a.cache_cluster_id = ${ownerId})
      AND a.status IN ('waiting-to-start', 'in-progress', 'stopping')`)
  return row ?? null
}
