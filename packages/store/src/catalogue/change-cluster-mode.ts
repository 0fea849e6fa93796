import {
  describeMode,
  eventOfGroup,
  pickChoice,
  type ClusterMode,
  type ReplicationGroup,
} from '@cacheplane/domain'
import { insertEvent } from '../insert-event.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { requireRoom } from './change-choice.ts'
import { raiseOnNodeGroup } from './change-group.ts'
import { memoryOf, type PlacementSettings } from './create-owner.ts'
import { takeEndpoint } from './endpoints.ts'

/**
 * What clients are offered from now on, where nodes are a cluster already; otherwise notes what nodes are to be. Returns the
 * workflow that makes it so.
 */
export async function changeClusterMode(
  q: Queryable,
  settings: PlacementSettings,
  group: ReplicationGroup,
  clusterMode: ClusterMode,
): Promise<string | null> {
  if (clusterMode === 'enabled')
    await q.run(sql`UPDATE replication_group SET cluster_mode = 'enabled' WHERE id = ${group.id}`)
  else await bringOver(q, settings, group, clusterMode)
  const message = `Applying modification to ${describeMode(clusterMode)}`
  await insertEvent(q, group.accountId, eventOfGroup(group.replicationGroupId, message))
  const raised: (string | null)[] = []
  for (const shard of group.nodeGroups) raised.push(await raiseOnNodeGroup(q, shard, 'converge'))
  return raised[0] ?? null
}

/** Whoever takes over on the way into a cluster is a node of it: a lost primary is not made again from one. */
async function bringOver(
  q: Queryable,
  settings: PlacementSettings,
  group: ReplicationGroup,
  clusterMode: ClusterMode,
): Promise<void> {
  await requireRoom(q, settings, group, memoryOf(group))
  const { engine, engineVersion, cacheNodeType, transitEncryptionMode } = pickChoice(group)
  await q.run(sql`
    UPDATE replication_group SET pending_engine = ${engine}, pending_engine_version = ${engineVersion},
      pending_cache_node_type = ${cacheNodeType}, pending_transit_encryption_mode = ${transitEncryptionMode},
      pending_cluster_mode = ${clusterMode}, pending_state = 'rolling',
      pending_because = NULL, automatic_failover_enabled = automatic_failover_enabled OR ${clusterMode === 'compatible'}
    WHERE id = ${group.id}`)
  if (clusterMode === 'compatible' && group.configurationEndpoint === null)
    await takeEndpoint(q, settings.pools, { replicationGroupId: group.id }, null)
}
