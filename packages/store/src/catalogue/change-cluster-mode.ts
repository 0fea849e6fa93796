import { eventOfGroup, type ClusterMode, type ReplicationGroup } from '@cacheplane/domain'
import { insertEvent } from '../insert-event.ts'
import type { Queryable } from '../queryable.ts'
import { sql } from '../sql.ts'
import { raiseOnNodeGroup } from './change-group.ts'

/** What clients are offered from now on; returns the workflow that takes back what they are not. */
export async function changeClusterMode(
  q: Queryable,
  group: ReplicationGroup,
  clusterMode: ClusterMode,
): Promise<string | null> {
  await q.run(sql`UPDATE replication_group SET cluster_mode = ${clusterMode} WHERE id = ${group.id}`)
  const message = `Applying modification to cluster mode to ${clusterMode}`
  await insertEvent(q, group.accountId, eventOfGroup(group.replicationGroupId, message))
  const raised: (string | null)[] = []
  for (const shard of group.nodeGroups) raised.push(await raiseOnNodeGroup(q, shard, 'converge'))
  return raised[0] ?? null
}
