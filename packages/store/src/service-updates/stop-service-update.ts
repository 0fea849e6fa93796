import { canBeNamed, ServiceError, type Accepted, type UpdateTarget } from '@cacheplane/domain'
import { asOneChange, lockWorkflowsOf } from '../catalogue/change-group.ts'
import type { Database } from '../database.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { raiseOn } from '../workflows/raise.ts'
import { notFound, requireUpdate } from './apply-service-update.ts'

interface Owner {
  id: string
  workflow: string
  shards: string[]
}

/** Whatever state the resource is in: it is modifying because of the update. */
export function stopServiceUpdate(
  db: Database,
  accountId: string,
  serviceUpdateName: string,
  { kind, name }: UpdateTarget,
): Promise<Accepted> {
  if (!canBeNamed(kind, name)) return Promise.reject(notFound(kind))
  return asOneChange(db, async (q) => {
    const owner =
      kind === 'replication-group'
        ? await findGroup(q, accountId, name)
        : await findCluster(q, accountId, name)
    if (owner === null) throw notFound(kind)
    await lockWorkflowsOf(q, owner.id)
    const update = await requireUpdate(q, serviceUpdateName)
    const stopped = await q.run(sql`
      UPDATE update_action SET status = 'stopping', modified_at = clock_now() WHERE service_update_id = ${update.id}
        AND (replication_group_id = ${owner.id} OR cache_cluster_id = ${owner.id})
        AND status IN ('waiting-to-start', 'in-progress')`)
    if (stopped === 0) {
      const message = `Service update ${update.name} is not being applied to ${name}, so it cannot be stopped.`
      throw new ServiceError('InvalidParameterCombination', message)
    }
    const raised: (string | null)[] = []
    for (const shard of owner.shards) raised.push(await raiseOn(q, 'node-group', shard, 'converge'))
    if (kind === 'cache-cluster') raised.push(await raiseOn(q, 'cache-cluster', owner.id, 'converge'))
    return { resourceId: owner.id, workflowId: raised[0] ?? owner.workflow, replayed: false }
  })
}

async function findGroup(q: Queryable, accountId: string, name: string): Promise<Owner | null> {
  const [owner] = await q.rows<Owner>(sql`
    SELECT g.id, w.id AS workflow, ARRAY(SELECT s.id FROM node_group s WHERE s.replication_group_id = g.id) AS shards
    FROM replication_group g JOIN workflow w ON w.kind = 'replication-group' AND w.subject_id = g.id
    WHERE g.account_id = ${accountId} AND g.replication_group_id = ${name}`)
  return owner ?? null
}

async function findCluster(q: Queryable, accountId: string, name: string): Promise<Owner | null> {
  const [owner] = await q.rows<Owner>(sql`
    SELECT c.id, w.id AS workflow, ARRAY[]::text[] AS shards
    FROM cache_cluster c JOIN workflow w ON w.kind = 'cache-cluster' AND w.subject_id = c.id
    WHERE c.account_id = ${accountId} AND c.cache_cluster_id = ${name}`)
  return owner ?? null
}
