import { DESTROY_STEP, ServiceError, type Accepted } from '@cacheplane/domain'
import type { Database } from '../database.ts'
import type { Queryable } from '../queryable.ts'
import { raiseOn } from '../workflows/raise.ts'
import { sql } from '../sql.ts'
import { retire } from './create-snapshot.ts'
import { clusterNotFound, deleteReplica, notDeletable } from './delete-replica.ts'

/**
 * Accepts a delete in any status but `deleting`: a creation under way is interrupted rather than waited for. With a final
 * snapshot it has to be available.
 */
export function deleteReplicationGroup(
  db: Database,
  accountId: string,
  replicationGroupId: string,
  finalSnapshotName: string | null,
): Promise<Accepted> {
  if (finalSnapshotName !== null) {
    const of = { kind: 'replication-group', name: replicationGroupId } as const
    return retire(db, accountId, { snapshotName: finalSnapshotName, of })
  }
  return db.transaction(
    async (q) => {
      const [group] = await q.rows<{ id: string }>(sql`
      SELECT id FROM replication_group WHERE account_id = ${accountId} AND replication_group_id = ${replicationGroupId}`)
      if (group === undefined) {
        throw new ServiceError(
          'ReplicationGroupNotFoundFault',
          `Replication group ${replicationGroupId} not found.`,
        )
      }
      const workflowId = await destroy(q, 'replication-group', group.id)
      if (workflowId === null) {
        const message = `Replication group ${replicationGroupId} has status deleting which is not valid for deletion.`
        throw new ServiceError('InvalidReplicationGroupState', message)
      }
      return { resourceId: group.id, workflowId, replayed: false }
    },
    { landed: wasAccepted },
  )
}

/** Of a replication group's members only a replica can go by itself. */
export async function deleteCacheCluster(
  db: Database,
  accountId: string,
  cacheClusterId: string,
  finalSnapshotName: string | null,
): Promise<Accepted> {
  const [cluster] = await db.rows<{ id: string; group: string | null }>(sql`
    SELECT c.id, g.replication_group_id AS group
    FROM cache_cluster c LEFT JOIN replication_group g ON g.id = c.replication_group_id
    WHERE c.account_id = ${accountId} AND c.cache_cluster_id = ${cacheClusterId}`)
  if (cluster === undefined) throw clusterNotFound(cacheClusterId)
  if (finalSnapshotName !== null) {
    if (cluster.group !== null) throw notAlone(cacheClusterId, cluster.group)
    const of = { kind: 'cache-cluster', name: cacheClusterId } as const
    return retire(db, accountId, { snapshotName: finalSnapshotName, of })
  }
  if (cluster.group !== null) return deleteReplica(db, accountId, cluster.group, cacheClusterId)
  return db.transaction(
    async (q) => {
      const workflowId = await destroy(q, 'cache-cluster', cluster.id)
      if (workflowId === null) throw notDeletable(cacheClusterId, 'deleting')
      return { resourceId: cluster.id, workflowId, replayed: false }
    },
    { landed: wasAccepted },
  )
}

function notAlone(cacheClusterId: string, group: string): ServiceError {
  const message = `Cache cluster ${cacheClusterId} is a member of replication group ${group}, and the final snapshot is of the whole group: take one of it, or leave finalSnapshotIdentifier out.`
  return new ServiceError('InvalidParameterCombination', message, [
    { path: 'finalSnapshotIdentifier', message },
  ])
}

/** Null when it is being destroyed already. */
async function destroy(
  q: Queryable,
  kind: 'replication-group' | 'cache-cluster',
  subjectId: string,
): Promise<string | null> {
  const [workflow] = await q.rows<{ id: string }>(sql`
    SELECT id FROM workflow WHERE kind = ${kind} AND subject_id = ${subjectId} FOR UPDATE`)
  if (workflow === undefined || (await isDeleting(q, workflow.id))) return null
  return raiseOn(q, kind, subjectId, 'destroy')
}

/** Asked once the workflow is locked: a statement that waited for the lock itself would not see who had it before. */
async function isDeleting(q: Queryable, workflowId: string): Promise<boolean> {
  const [found] = await q.rows<{ deleting: boolean }>(sql`
    SELECT w.step LIKE ${`${DESTROY_STEP}%`}
      OR EXISTS (SELECT 1 FROM signal s WHERE s.workflow_id = w.id AND s.name IN ('destroy', 'retire')) AS deleting
    FROM workflow w WHERE w.id = ${workflowId}`)
  return found === undefined || found.deleting
}

async function wasAccepted(q: Queryable, { workflowId }: Accepted): Promise<boolean> {
  await q.rows(sql`SELECT 1 FROM workflow WHERE id = ${workflowId} FOR UPDATE`)
  return isDeleting(q, workflowId)
}
