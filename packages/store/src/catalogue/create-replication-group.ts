import {
  isOneZone,
  memberId,
  MULTI_AZ_SPREADS,
  newId,
  ServiceError,
  type Accepted,
  type Keyring,
  type ReplicationGroupPlan,
} from '@cacheplane/domain'
import type { Database } from '../database.ts'
import type { Queryable } from '../queryable.ts'
import { authTokenCell } from '../secret-cells.ts'
import { sql } from '../sql.ts'
import {
  findNetwork,
  insertWorkflow,
  lockPlacement,
  place,
  wasCreated,
  type PlacementSettings,
} from './create-owner.ts'
import { takeEndpoint } from './endpoints.ts'
import { recall, rememberKey } from './idempotency.ts'
import { insertSeedFiles } from './import-snapshot.ts'
import { insertRestore, seedWish } from './insert-restore.ts'
import { insertShard, type Shard } from './insert-shard.ts'
import { requireParameterGroup } from './parameter-group-users.ts'

const FIRST_NODE_GROUP = '0001'

/** One transaction: all of a replication group's rows and the workflow that will make it real, or nothing. */
export function createReplicationGroup(
  db: Database,
  keyring: Keyring,
  settings: PlacementSettings,
  plan: ReplicationGroupPlan,
): Promise<Accepted> {
  return db.transaction(
    async (q) => {
      await lockPlacement(q)
      const replayed = await recall(q, plan)
      if (replayed !== null) return replayed
      const shards = shardsOf(plan)
      await refuseTakenNames(
        q,
        plan,
        shards.flatMap((shard) => shard.memberIds),
      )
      await requireParameterGroup(q, { ...plan, clusterEnabled: plan.shards !== null })
      const shardSizes = shards.map((shard) => shard.memberIds.length)
      const zonesFrom = plan.shards === null ? 'preferredCacheClusterAZs' : 'nodeGroupConfiguration'
      const zones = await place(q, { ...plan, shardSizes, zonesFrom }, settings)
      const network = await findNetwork(q, settings.pools, zones)
      const id = newId('replicationGroup', q.random)
      await insertGroup(q, keyring, plan, id, network.id)
      await insertRestore(q, plan, id)
      const left = [...zones]
      for (const shard of shards) {
        const own = left.splice(0, shard.memberIds.length)
        if (plan.multiAZEnabled && isOneZone(own.map((zone) => zone.name))) throw oneZone()
        const nodeGroupId = await insertShard(q, settings.pools, plan, {
          groupId: id,
          shard,
          zones: own,
          network,
        })
        if (plan.clusterMode !== 'enabled') await takeEndpoint(q, settings.pools, { nodeGroupId }, plan.port)
      }
      await takeClusterEndpoint(q, settings, plan, id)
      const workflowId = await insertWorkflow(q, 'replication-group', id)
      await insertSeedFiles(q, seedWish(plan, { ownerId: id, workflowId }))
      const accepted = { resourceId: id, workflowId, replayed: false }
      await rememberKey(q, plan, accepted)
      return accepted
    },
    { landed: wasCreated },
  )
}

/** The port that was asked for is where plain clients come, as long as they do. */
async function takeClusterEndpoint(
  q: Queryable,
  { pools }: PlacementSettings,
  { clusterMode, port }: ReplicationGroupPlan,
  replicationGroupId: string,
): Promise<void> {
  if (clusterMode === 'disabled') return
  await takeEndpoint(q, pools, { replicationGroupId }, clusterMode === 'enabled' ? port : null)
}

/** Members are named by their shard only where there may be several. */
function shardsOf({ replicationGroupId, clusterMode, shards, zones }: ReplicationGroupPlan): Shard[] {
  const members = (count: number, nodeGroupId: string | null) =>
    Array.from({ length: count }, (_, i) => memberId(replicationGroupId, i + 1, nodeGroupId))
  if (shards === null)
    return [{ nodeGroupId: FIRST_NODE_GROUP, slots: null, memberIds: members(zones.length, null) }]
  return shards.map(({ nodeGroupId, slots, nodeCount }) => ({
    nodeGroupId,
    slots,
    memberIds: members(nodeCount, clusterMode === 'enabled' ? nodeGroupId : null),
  }))
}

export function oneZone(): ServiceError {
  return new ServiceError('InsufficientCacheClusterCapacity', `${MULTI_AZ_SPREADS} Only one has room.`)
}

async function refuseTakenNames(
  q: Queryable,
  plan: ReplicationGroupPlan,
  memberIds: readonly string[],
): Promise<void> {
  const { accountId, replicationGroupId } = plan
  const groups = await q.rows(sql`
    SELECT 1 FROM replication_group WHERE account_id = ${accountId} AND replication_group_id = ${replicationGroupId}`)
  if (groups.length > 0) {
    throw new ServiceError(
      'ReplicationGroupAlreadyExists',
      `Replication group ${replicationGroupId} already exists.`,
    )
  }
  const [taken] = await q.rows<{ cache_cluster_id: string }>(sql`
    SELECT cache_cluster_id FROM cache_cluster WHERE account_id = ${accountId} AND cache_cluster_id = ANY(${memberIds})`)
  if (taken !== undefined) {
    const message = `Cache cluster ${taken.cache_cluster_id} already exists, and this replication group would have a member of that name.`
    throw new ServiceError('CacheClusterAlreadyExists', message)
  }
}

async function insertGroup(
  q: Queryable,
  keyring: Keyring,
  plan: ReplicationGroupPlan,
  id: string,
  networkId: string,
): Promise<void> {
  const { accountId, authToken } = plan
  const sealed = authToken === null ? null : keyring.seal(authToken, authTokenCell(accountId, id))
  await q.run(sql`
    INSERT INTO replication_group (id, account_id, replication_group_id, description, engine, engine_version, cache_node_type,
      cache_parameter_group_name, port, transit_encryption_mode, at_rest_encryption_enabled, auth_token_sealed,
      auth_token_last_modified_date, auto_minor_version_upgrade, preferred_maintenance_window, snapshot_retention_limit,
      snapshot_window, network_id, automatic_failover_enabled, multi_az_enabled, cluster_mode, cluster_enabled)
    VALUES (${id}, ${accountId}, ${plan.replicationGroupId}, ${plan.description}, ${plan.engine}, ${plan.engineVersion},
      ${plan.cacheNodeType}, ${plan.cacheParameterGroupName}, ${plan.port}, ${plan.transitEncryptionMode},
      ${plan.atRestEncryptionEnabled}, ${sealed}, CASE WHEN ${sealed !== null} THEN clock_now() END,
      ${plan.autoMinorVersionUpgrade}, ${plan.preferredMaintenanceWindow}, ${plan.snapshotRetentionLimit},
      ${plan.snapshotWindow}, ${networkId}, ${plan.automaticFailoverEnabled}, ${plan.multiAZEnabled},
      ${plan.clusterMode}, ${plan.shards !== null})`)
}
