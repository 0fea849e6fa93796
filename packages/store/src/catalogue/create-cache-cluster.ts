import { ServiceError, type Accepted, type CacheClusterPlan, type Keyring } from '@cacheplane/domain'
import type { Database } from '../database.ts'
import type { Queryable } from '../queryable.ts'
import { sealUsers } from '../sasl-users.ts'
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
import { takeConfigurationEndpoint } from './endpoints.ts'
import { recall, rememberKey } from './idempotency.ts'
import { insertSeedFiles } from './import-snapshot.ts'
import { insertRestore, seedWish } from './insert-restore.ts'
import { requireParameterGroup } from './parameter-group-users.ts'

/** One transaction: a standalone cache cluster's rows and the workflow that will make it real, or nothing. */
export function createCacheCluster(
  db: Database,
  keyring: Keyring,
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
      await requireParameterGroup(q, { ...plan, clusterEnabled: false })
      const together = plan.azMode === 'single-az'
      const zonesFrom = together ? 'preferredAvailabilityZone' : 'preferredAvailabilityZones'
      const zones = await place(q, { ...plan, together, zonesFrom }, settings)
      const network = await findNetwork(q, settings.pools, zones)
      const placed = { cacheClusterId, zones, network, pools: settings.pools }
      // The port that was asked for is the configuration endpoint's.
      const port = plan.azMode === null ? plan.port : null
      const { id } = await insertCluster(q, { ...plan, port }, placed)
      if (plan.snapshotName !== null || plan.seedFiles.length > 0)
        await q.run(sql`UPDATE cache_cluster SET from_snapshot = true WHERE id = ${id}`)
      await insertRestore(q, { ...plan, shards: null }, id)
      if (plan.azMode !== null) await insertMemcached(q, keyring, settings, plan, id)
      const workflowId = await insertWorkflow(q, 'cache-cluster', id)
      await insertSeedFiles(q, seedWish({ ...plan, shards: null }, { ownerId: id, workflowId }))
      const accepted = { resourceId: id, workflowId, replayed: false }
      await rememberKey(q, plan, accepted)
      return accepted
    },
    { landed: wasCreated },
  )
}

async function insertMemcached(
  q: Queryable,
  keyring: Keyring,
  { pools }: PlacementSettings,
  plan: CacheClusterPlan,
  id: string,
): Promise<void> {
  const { azMode, zones, port: wishedPort, transitEncryptionMode, saslUsers } = plan
  const tls = transitEncryptionMode !== null
  const sealed = sealUsers(keyring, { accountId: plan.accountId, clusterId: id }, saslUsers)
  await q.run(sql`
    INSERT INTO memcached_cluster (cluster_id, az_mode, announced, last_node_number, user_names, users_sealed)
    VALUES (${id}, ${azMode}, '{}', ${zones.length}, ${saslUsers.map(({ userName }) => userName)}::text[], ${sealed})`)
  await takeConfigurationEndpoint(q, pools, { id, tls, wishedPort })
}
