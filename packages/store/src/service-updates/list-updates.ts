import type { ServiceUpdate, ServiceUpdateQuery, UpdateAction, UpdateActionQuery } from '@cacheplane/domain'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'

type UpdateDoc = Omit<ServiceUpdate, 'releasedAt' | 'recommendedAt'> & {
  releasedAt: string
  recommendedAt: string
}

export async function listServiceUpdates(q: Queryable, query: ServiceUpdateQuery): Promise<ServiceUpdate[]> {
  const { name = null, statuses = null } = query
  const rows = await q.rows<{ doc: UpdateDoc }>(sql`
    SELECT row_to_json(v) AS doc FROM service_update_view v
    WHERE (${name}::text IS NULL OR v.name = ${name}) AND (${statuses}::text[] IS NULL OR v.status = ANY(${statuses}))
    ORDER BY v."releasedAt" DESC, v.name DESC`)
  return rows.map(({ doc }) => readUpdate(doc))
}

type ActionDoc = Omit<UpdateAction, 'update' | 'initiatedAt' | 'modifiedAt'> & {
  update: UpdateDoc
  initiatedAt: string | null
  modifiedAt: string
}

/** An update that nobody needs and nobody began is not for anybody. */
export async function listUpdateActions(
  q: Queryable,
  accountId: string,
  query: UpdateActionQuery,
): Promise<UpdateAction[]> {
  const { name = null, statuses = null, engine = null } = query
  const { replicationGroupIds: groups = null, cacheClusterIds: clusters = null } = query
  const isAnybody = groups === null && clusters === null
  const rows = await q.rows<{ doc: ActionDoc }>(sql`
    SELECT json_build_object('update', row_to_json(u), 'replicationGroupId', g.replication_group_id,
      'cacheClusterId', CASE WHEN g.id IS NULL THEN o."cacheClusterId" END, 'applied', a.status,
      'initiatedBy', a.initiated_by, 'initiatedAt', a.initiated_at, 'modifiedAt', COALESCE(a.modified_at, u."releasedAt"),
      'nodes', o.nodes) AS doc
    FROM service_update_view u
    JOIN (SELECT v."serviceUpdateId", v."groupId", CASE WHEN v."groupId" IS NULL THEN v."clusterId" END AS "clusterId",
        min(v."cacheClusterId") AS "cacheClusterId", bool_and(v."isUpdated") AS "isUpdated",
        json_agg(json_build_object('nodeGroupId', v."nodeGroupId", 'cacheClusterId', v."cacheClusterId",
          'cacheNodeId', v."cacheNodeId", 'isUpdated', v."isUpdated") ORDER BY v."cacheClusterId", v."cacheNodeId") AS nodes
      FROM service_update_node_view v WHERE v."accountId" = ${accountId} GROUP BY 1, 2, 3) o ON o."serviceUpdateId" = u.id
    LEFT JOIN replication_group g ON g.id = o."groupId"
    LEFT JOIN update_action a ON a.service_update_id = u.id
      AND (a.replication_group_id = o."groupId" OR a.cache_cluster_id = o."clusterId")
    WHERE (a.id IS NOT NULL OR u.status = 'available' AND NOT o."isUpdated")
      AND (${name}::text IS NULL OR u.name = ${name}) AND (${statuses}::text[] IS NULL OR u.status = ANY(${statuses}))
      AND (${engine}::text IS NULL OR u.engine = ${engine})
      AND (${isAnybody} OR g.replication_group_id = ANY(${groups ?? []}::text[])
        OR g.id IS NULL AND o."cacheClusterId" = ANY(${clusters ?? []}::text[]))
    ORDER BY u."releasedAt" DESC, u.name DESC, COALESCE(g.replication_group_id, o."cacheClusterId")`)
  return rows.map(({ doc }) => ({
    ...doc,
    update: readUpdate(doc.update),
    initiatedAt: doc.initiatedAt === null ? null : new Date(doc.initiatedAt),
    modifiedAt: new Date(doc.modifiedAt),
  }))
}

function readUpdate(doc: UpdateDoc): ServiceUpdate {
  return { ...doc, releasedAt: new Date(doc.releasedAt), recommendedAt: new Date(doc.recommendedAt) }
}
