import {
  canBeNamed,
  eventOfCluster,
  eventOfGroup,
  newId,
  requireApplicable,
  requireReplaceable,
  cacheClusterStatus,
  ServiceError,
  serviceUpdateNotFound,
  type Accepted,
  type CacheCluster,
  type ReplicationGroup,
  type ServiceUpdate,
  type UpdateTarget,
} from '@cacheplane/domain'
import { changeCluster } from '../catalogue/change-cluster.ts'
import { requireRoom } from '../catalogue/change-choice.ts'
import { changeGroup, raiseOnNodeGroup } from '../catalogue/change-group.ts'
import { memoryOf, type PlacementSettings } from '../catalogue/create-owner.ts'
import type { Database } from '../database.ts'
import { insertEvent } from '../insert-event.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { raiseOn } from '../workflows/raise.ts'
import { listServiceUpdates } from './list-updates.ts'

export interface UpdateWish {
  accountId: string
  serviceUpdateName: string
  target: UpdateTarget
  initiatedBy: 'customer' | 'system'
}

/** Notes that the update is wanted; the workflows that replace nodes do the rest. */
export async function applyServiceUpdate(
  db: Database,
  settings: PlacementSettings,
  wish: UpdateWish,
): Promise<Accepted> {
  const { accountId, target, serviceUpdateName } = wish
  const { kind, name } = target
  if (!canBeNamed(kind, name)) throw notFound(kind)
  return kind === 'replication-group'
    ? changeGroup(db, { accountId, replicationGroupId: name, idempotency: null }, (q, group) =>
        applyToGroup(q, settings, wish, group),
      )
    : changeCluster(db, { accountId, cacheClusterId: name, idempotency: null }, async (q, cluster) =>
        applyToCluster(q, wish, cluster, await requireUpdate(q, serviceUpdateName)),
      )
}

async function applyToGroup(
  q: Queryable,
  settings: PlacementSettings,
  wish: UpdateWish,
  group: ReplicationGroup,
): Promise<string | null> {
  const update = await requireUpdate(q, wish.serviceUpdateName)
  const outdated = await countOutdated(q, update, group.id)
  requireApplicable(update, group, `replication group ${group.replicationGroupId}`, outdated)
  await requireRoom(q, settings, group, memoryOf(group))
  await begin(q, wish, update, { groupId: group.id, clusterId: null })
  const message = `Applying service update ${update.name}`
  await insertEvent(q, group.accountId, eventOfGroup(group.replicationGroupId, message))
  const raised: (string | null)[] = []
  for (const shard of group.nodeGroups) raised.push(await raiseOnNodeGroup(q, shard, 'converge'))
  return raised[0] ?? null
}

async function applyToCluster(
  q: Queryable,
  wish: UpdateWish,
  cluster: CacheCluster,
  update: ServiceUpdate,
): Promise<string | null> {
  const status = cacheClusterStatus(cluster)
  if (status !== 'available')
    throw new ServiceError(
      'InvalidCacheClusterState',
      `Cache cluster must be in available state to be updated. Cache cluster ${cluster.cacheClusterId} has status ${status}.`,
    )
  const outdated = await countOutdated(q, update, cluster.id)
  requireApplicable(update, cluster, `cache cluster ${cluster.cacheClusterId}`, outdated)
  requireReplaceable(cluster)
  await begin(q, wish, update, { groupId: null, clusterId: cluster.id })
  const message = `Applying service update ${update.name}`
  await insertEvent(q, cluster.accountId, eventOfCluster(cluster.cacheClusterId, message))
  return raiseOn(q, 'cache-cluster', cluster.id, 'converge')
}

/** Taken up again, an action goes on where it stopped. */
async function begin(
  q: Queryable,
  { initiatedBy }: UpdateWish,
  { id }: ServiceUpdate,
  { groupId, clusterId }: { groupId: string | null; clusterId: string | null },
): Promise<void> {
  await q.run(sql`
    DELETE FROM update_action WHERE service_update_id = ${id}
      AND (replication_group_id = ${groupId} OR cache_cluster_id = ${clusterId})`)
  await q.run(sql`
    INSERT INTO update_action (id, service_update_id, replication_group_id, cache_cluster_id, status, initiated_by)
    VALUES (${newId('updateAction', q.random)}, ${id}, ${groupId}, ${clusterId}, 'waiting-to-start', ${initiatedBy})`)
}

export async function requireUpdate(q: Queryable, name: string): Promise<ServiceUpdate> {
  const [update] = await listServiceUpdates(q, { name })
  if (update === undefined) throw serviceUpdateNotFound(name)
  return update
}

async function countOutdated(q: Queryable, { id }: ServiceUpdate, ownerId: string): Promise<number> {
  const rows = await q.rows(sql`
    SELECT 1 FROM service_update_node_view v WHERE v."serviceUpdateId" = ${id} AND NOT v."isUpdated"
      AND (v."groupId" = ${ownerId} OR v."clusterId" = ${ownerId})`)
  return rows.length
}

export function notFound(kind: UpdateTarget['kind']): ServiceError {
  return kind === 'replication-group'
    ? new ServiceError('ReplicationGroupNotFoundFault', 'There is no replication group of that name.')
    : new ServiceError('CacheClusterNotFound', 'There is no cache cluster of that name.')
}
