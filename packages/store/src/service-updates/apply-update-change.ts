import { eventOfCluster, eventOfGroup, type Change } from '@cacheplane/domain'
import { insertEvent } from '../insert-event.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { isOneOf } from '../workflows/is-one-of.ts'

type UpdateChange = Extract<Change, { do: 'begin-update' | 'finish-update' }>

export const isUpdateChange = isOneOf(['begin-update', 'finish-update'])

export async function applyUpdateChange(q: Queryable, change: UpdateChange): Promise<void> {
  if (change.do === 'finish-update') return finish(q, change.actionId)
  await q.run(sql`
    UPDATE update_action SET status = 'in-progress', modified_at = clock_now()
    WHERE id = ${change.actionId} AND status = 'waiting-to-start'`)
}

/** The first node of a group is being replaced for it. */
export async function beginUpdateOf(q: Queryable, groupId: string): Promise<void> {
  await q.run(sql`
    UPDATE update_action SET status = 'in-progress', modified_at = clock_now()
    WHERE replication_group_id = ${groupId} AND status = 'waiting-to-start'`)
}

/** It cannot go on; nodes that have the update keep it. */
export async function giveUpUpdateOf(q: Queryable, groupId: string, because: string): Promise<void> {
  const [row] = await q.rows<Finished>(sql`
    UPDATE update_action a SET status = 'stopped', modified_at = clock_now()
    FROM service_update u, replication_group g
    WHERE u.id = a.service_update_id AND g.id = a.replication_group_id AND g.id = ${groupId}
      AND a.status IN ('waiting-to-start', 'in-progress', 'stopping')
    RETURNING g.account_id AS account, u.name, g.replication_group_id AS "group", NULL AS cluster, a.status`)
  if (row !== undefined) await tell(q, row, `Failed applying service update ${row.name}.`, because)
}

interface Finished {
  account: string
  name: string
  group: string | null
  cluster: string | null
  status: string
}

/** Of several node groups the last one ends it: all of them have it, or none is in the middle of it any more. */
async function finish(q: Queryable, actionId: string): Promise<void> {
  const [row] = await q.rows<Finished>(sql`
    UPDATE update_action a SET modified_at = clock_now(), status = CASE WHEN l.outdated = 0 THEN 'complete' ELSE 'stopped' END
    FROM (SELECT count(*) FILTER (WHERE NOT v."isUpdated") AS outdated,
        count(*) FILTER (WHERE EXISTS (SELECT 1 FROM cache_node n WHERE n.replaces = v."nodeId")) AS begun
      FROM update_action o JOIN service_update_node_view v ON v."serviceUpdateId" = o.service_update_id
        AND (v."groupId" = o.replication_group_id OR v."clusterId" = o.cache_cluster_id) WHERE o.id = ${actionId}) l,
      service_update u
    WHERE a.id = ${actionId} AND u.id = a.service_update_id AND a.status IN ('waiting-to-start', 'in-progress', 'stopping')
      AND l.begun = 0 AND (l.outdated = 0 OR a.status = 'stopping')
    RETURNING u.name, a.status,
      (SELECT g.replication_group_id FROM replication_group g WHERE g.id = a.replication_group_id) AS "group",
      (SELECT c.cache_cluster_id FROM cache_cluster c WHERE c.id = a.cache_cluster_id) AS cluster,
      COALESCE((SELECT g.account_id FROM replication_group g WHERE g.id = a.replication_group_id),
        (SELECT c.account_id FROM cache_cluster c WHERE c.id = a.cache_cluster_id)) AS account`)
  if (row === undefined) return
  const says = row.status === 'complete' ? 'Succeeded applying' : 'Stopped applying'
  await tell(q, row, `${says} service update ${row.name}.`)
}

async function tell(
  q: Queryable,
  { account, group, cluster }: Finished,
  message: string,
  because?: string,
): Promise<void> {
  const event =
    group === null ? eventOfCluster(cluster ?? '', message, because) : eventOfGroup(group, message, because)
  await insertEvent(q, account, event)
}
