import {
  planGroupChange,
  type Accepted,
  type GroupChange,
  type Idempotency,
  type Keyring,
  type NewEvent,
  type ReplicationGroup,
} from '@cacheplane/domain'
import type { Database } from '../database.ts'
import { insertEvent } from '../insert-event.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { attachToGroup } from './attach-parameter-group.ts'
import { changeChoice } from './change-choice.ts'
import { changeClusterMode } from './change-cluster-mode.ts'
import { changeGroup } from './change-group.ts'
import type { PlacementSettings } from './create-owner.ts'
import { requestFailover } from './request-failover.ts'
import { updateAuthToken } from './update-auth-token.ts'

export function modifyReplicationGroup(
  db: Database,
  settings: PlacementSettings,
  accountId: string,
  replicationGroupId: string,
  change: GroupChange,
  idempotency: Idempotency | null,
  keyring: Keyring,
): Promise<Accepted> {
  return changeGroup(db, { accountId, replicationGroupId, idempotency }, async (q, group) => {
    const { set, clusterMode, promotion, choice } = planGroupChange(group, change)
    await q.run(sql`
      UPDATE replication_group SET description = ${set.description},
        automatic_failover_enabled = ${set.automaticFailoverEnabled}, multi_az_enabled = ${set.multiAZEnabled},
        auto_minor_version_upgrade = ${set.autoMinorVersionUpgrade},
        preferred_maintenance_window = ${set.preferredMaintenanceWindow},
        snapshot_retention_limit = ${set.snapshotRetentionLimit}, snapshot_window = ${set.snapshotWindow}
      WHERE id = ${group.id}`)
    await q.run(sql`
      UPDATE cache_cluster SET auto_minor_version_upgrade = ${set.autoMinorVersionUpgrade},
        preferred_maintenance_window = ${set.preferredMaintenanceWindow},
        snapshot_retention_limit = ${set.snapshotRetentionLimit}, snapshot_window = ${set.snapshotWindow}
      WHERE replication_group_id = ${group.id}`)
    await tellSwitches(q, group, set)
    const configuring = await configure(q, keyring, group, change)
    const moded = clusterMode === null ? null : await changeClusterMode(q, group, clusterMode)
    const rolling = await changeChoice(q, settings, group, choice)
    // What waits for the maintenance window may have another time to wait for.
    await wakeGroup(q, group)
    if (promotion === null) return moded ?? rolling ?? configuring
    const { nodeGroup, fromCacheClusterId, toCacheClusterId } = promotion
    const cause = `a user asked for ${toCacheClusterId} as the primary`
    return requestFailover(q, { kind: 'switch', nodeGroup, cause, fromCacheClusterId, toCacheClusterId })
  })
}

/** What nodes are to be told. Null when that is nothing. */
async function configure(
  q: Queryable,
  keyring: Keyring,
  group: ReplicationGroup,
  { cacheParameterGroupName, authToken }: GroupChange,
): Promise<string | null> {
  const attached =
    cacheParameterGroupName === undefined ? null : await attachToGroup(q, group, cacheParameterGroupName)
  const updated = authToken === undefined ? null : await updateAuthToken(q, keyring, group, authToken)
  return attached ?? updated
}

async function wakeGroup(q: Queryable, { id }: ReplicationGroup): Promise<void> {
  await q.run(sql`
    UPDATE workflow SET wakes = wakes + 1, run_at = LEAST(run_at, clock_now())
    WHERE kind = 'replication-group' AND subject_id = ${id}`)
}

async function tellSwitches(
  q: Queryable,
  group: ReplicationGroup,
  set: Pick<ReplicationGroup, 'automaticFailoverEnabled' | 'multiAZEnabled'>,
): Promise<void> {
  const tell = async (what: string, isOn: boolean): Promise<void> => {
    const event: NewEvent = {
      sourceType: 'replication-group',
      sourceIdentifier: group.replicationGroupId,
      message: `${what} has been turned ${isOn ? 'on' : 'off'} for replication group ${group.replicationGroupId}`,
    }
    await insertEvent(q, group.accountId, event)
  }
  if (set.automaticFailoverEnabled !== group.automaticFailoverEnabled)
    await tell('Automatic failover', set.automaticFailoverEnabled)
  if (set.multiAZEnabled !== group.multiAZEnabled) await tell('Multi-AZ', set.multiAZEnabled)
}
