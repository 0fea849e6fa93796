import { ServiceError, type Accepted, type CacheClusterPlan } from '@cacheplane/domain'
import type { Database } from '../database.ts'
import { sql } from '../sql.ts'
import {
  findNetwork,
  insertCluster,
  insertWorkflow,
  lockPlacement,
  place,
  wasCreated,
  type PlacementSettings,
} from './create-owner.ts'
import { recall, rememberKey } from './idempotency.ts'

/** One transaction: a standalone cache cluster's rows and the workflow that will make it real, or nothing. */
export function createCacheCluster(
  db: Database,
  settings: PlacementSettings,
  plan: CacheClusterPlan,
): Promise<Accepted> {
  return db.transaction(
    async (q) => {
      await lockPlacement(q)
      const replayed = await recall(q, plan)
      if (replayed !== null) return replayed
      const { accountId, cacheClusterId } = plan
      const taken = await q.rows(sql`
      SELECT 1 FROM cache_cluster WHERE account_id = ${accountId} AND cache_cluster_id = ${cacheClusterId}`)
      if (taken.length > 0)
        throw new ServiceError('CacheClusterAlreadyExists', `Cache cluster ${cacheClusterId} already exists.`)
      const zones = await place(q, plan, settings)
      const network = await findNetwork(q, settings.pools, zones)
      const { id } = await insertCluster(q, plan, { cacheClusterId, zones, network, pools: settings.pools })
      const accepted = {
        resourceId: id,
        workflowId: await insertWorkflow(q, 'cache-cluster', id),
        replayed: false,
      }
      await rememberKey(q, plan, accepted)
      return accepted
    },
    { landed: wasCreated },
  )
}
