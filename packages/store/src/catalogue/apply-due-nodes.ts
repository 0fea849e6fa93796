import { eventOfCluster, ServiceError, untilWindow, type Keyring, type NodesChange } from '@cacheplane/domain'
import type { Database } from '../database.ts'
import { insertEvent } from '../insert-event.ts'
import { prepared, sql } from '../sql.ts'
import type { PlacementSettings } from './create-owner.ts'
import { modifyCacheCluster } from './modify-cache-cluster.ts'

const dueNodes = prepared('due_nodes')

interface Due {
  id: string
  accountId: string
  cacheClusterId: string
  pending: NodesChange
  window: string
  now: Date
}

/**
 * Makes changes of the nodes that waited for the maintenance window. A cluster that is busy, or has no room, is tried
 * again while its window is open, and in the next one; what can no longer be done is given up, and an event says why.
 */
export async function applyDueNodes(
  db: Database,
  settings: PlacementSettings,
  keyring: Keyring,
): Promise<string[]> {
  const due = await db.rows<Due>(dueNodes`
    SELECT c.id, c.account_id AS "accountId", c.cache_cluster_id AS "cacheClusterId", m.pending_nodes AS pending,
      c.preferred_maintenance_window AS "window", clock_now() AS now
    FROM memcached_cluster m JOIN cache_cluster c ON c.id = m.cluster_id WHERE m.pending_nodes IS NOT NULL`)
  const woken: string[] = []
  for (const one of due) {
    if (untilWindow(one.window, one.now) > 0) continue
    const { accountId, cacheClusterId } = one
    // Whatever waits by then: it may have been replaced, or taken back, since it was seen.
    const change = { applyImmediately: true }
    try {
      const wish = { accountId, cacheClusterId, idempotency: null }
      woken.push((await modifyCacheCluster(db, settings, keyring, wish, change)).workflowId)
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      if (error.code.startsWith('InvalidParameter')) await giveUp(db, one, error.message)
    }
  }
  return woken
}

function giveUp(
  db: Database,
  { id, accountId, cacheClusterId, pending }: Due,
  because: string,
): Promise<void> {
  return db.transaction(async (q) => {
    const [gone] = await q.rows<{ cluster_id: string }>(sql`
      UPDATE memcached_cluster SET pending_nodes = NULL
      WHERE cluster_id = ${id} AND pending_nodes = ${JSON.stringify(pending)}::jsonb RETURNING cluster_id`)
    if (gone === undefined) return
    const message = 'Modification of number of nodes was given up'
    await insertEvent(q, accountId, eventOfCluster(cacheClusterId, message, because))
  })
}
