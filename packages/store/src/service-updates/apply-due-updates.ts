import { untilWindow } from '@cacheplane/domain'
import type { PlacementSettings } from '../catalogue/create-owner.ts'
import type { Database } from '../database.ts'
import { passedOver } from '../passed-over.ts'
import { prepared } from '../sql.ts'
import { applyServiceUpdate } from './apply-service-update.ts'

const dueUpdates = prepared('due_updates')

interface Due {
  accountId: string
  name: string
  group: string | null
  cluster: string | null
  window: string
  now: Date
}

/**
 * Whoever wants minor upgrades by themselves has them once the recommended date is past, in his maintenance window. What
 * he stopped stays so. A cluster that would lose its only copy, and one that is busy, is passed over.
 */
export async function applyDueUpdates(db: Database, settings: PlacementSettings): Promise<string[]> {
  const due = await db.rows<Due>(dueUpdates`
    SELECT DISTINCT c.account_id AS "accountId", u.name, g.replication_group_id AS "group",
      CASE WHEN g.id IS NULL THEN c.cache_cluster_id END AS cluster, c.preferred_maintenance_window AS "window",
      clock_now() AS now
    FROM service_update_view u
    JOIN service_update_node_view v ON v."serviceUpdateId" = u.id AND NOT v."isUpdated"
    JOIN cache_cluster c ON c.id = v."clusterId" LEFT JOIN replication_group g ON g.id = c.replication_group_id
    WHERE u.status = 'available' AND u."recommendedAt" <= clock_now() AND c.auto_minor_version_upgrade
      AND (g.id IS NOT NULL OR c.engine = 'memcached')
      AND NOT EXISTS (SELECT 1 FROM update_action a WHERE a.service_update_id = u.id
        AND (a.replication_group_id = g.id OR a.cache_cluster_id = c.id))`)
  const woken: string[] = []
  for (const one of due) {
    if (untilWindow(one.window, one.now) > 0) continue
    const { accountId, name: serviceUpdateName, group, cluster } = one
    const target =
      group === null
        ? ({ kind: 'cache-cluster', name: cluster ?? '' } as const)
        : ({ kind: 'replication-group', name: group } as const)
    const wish = { accountId, serviceUpdateName, target, initiatedBy: 'system' } as const
    const accepted = await passedOver(applyServiceUpdate(db, settings, wish))
    if (accepted !== null) woken.push(accepted.workflowId)
  }
  return woken
}
