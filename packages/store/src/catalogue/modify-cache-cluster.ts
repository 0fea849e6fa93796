import {
  eventOfCluster,
  planClusterChange,
  type Accepted,
  type CacheCluster,
  type ClusterChange,
  type ClusterChangePlan,
  type Keyring,
} from '@cacheplane/domain'
import { lockPlacement } from '../allocation.ts'
import type { Database } from '../database.ts'
import { insertEvent } from '../insert-event.ts'
import type { Queryable } from '../queryable.ts'
import { sealUsers } from '../sasl-users.ts'
import { sql } from '../sql.ts'
import { raiseOn } from '../workflows/raise.ts'
import { attachToCluster } from './attach-parameter-group.ts'
import { changeCluster, type ClusterWish } from './change-cluster.ts'
import { insertNodes, networkReaching, place, type PlacementSettings } from './create-owner.ts'

/** The rows of a changed cluster; nodes that come and go are left to its workflow. */
export function modifyCacheCluster(
  db: Database,
  settings: PlacementSettings,
  keyring: Keyring,
  wish: ClusterWish,
  change: ClusterChange,
): Promise<Accepted> {
  return changeCluster(db, wish, async (q, cluster) => {
    await lockPlacement(q)
    const plan = planClusterChange(cluster, change)
    const { autoMinorVersionUpgrade, preferredMaintenanceWindow, azMode } = plan.set
    await q.run(sql`
      UPDATE cache_cluster SET auto_minor_version_upgrade = ${autoMinorVersionUpgrade},
        preferred_maintenance_window = ${preferredMaintenanceWindow} WHERE id = ${cluster.id}`)
    const pending = plan.pending === null ? null : JSON.stringify(plan.pending)
    await q.run(sql`
      UPDATE memcached_cluster SET az_mode = ${azMode}, pending_nodes = ${pending}::jsonb WHERE cluster_id = ${cluster.id}`)
    const { cacheParameterGroupName: name } = change
    const attached = name === undefined ? null : await attachToCluster(q, cluster, name)
    const configuring = (await changeUsers(q, keyring, cluster, change.saslUsers)) ?? attached
    if (plan.add.numbers.length > 0) await addNodes(q, settings, cluster, plan.add)
    else if (plan.remove.length > 0) await dismissNodes(q, cluster, plan.remove)
    else return configuring
    return raiseOn(q, 'cache-cluster', cluster.id, 'converge')
  })
}

/** Nodes are told one by one. Answers a workflow that does; null when there is nothing to tell. */
async function changeUsers(
  q: Queryable,
  keyring: Keyring,
  { id, accountId, cacheClusterId, nodes }: CacheCluster,
  users: ClusterChange['saslUsers'],
): Promise<string | null> {
  if (users === undefined) return null
  const names = users.map(({ userName }) => userName)
  await q.run(sql`
    UPDATE memcached_cluster SET user_names = ${names}::text[],
      users_sealed = ${sealUsers(keyring, { accountId, clusterId: id }, users)} WHERE cluster_id = ${id}`)
  await insertEvent(
    q,
    accountId,
    eventOfCluster(cacheClusterId, `Users who may log in are ${names.join(', ')}`),
  )
  const woken: (string | null)[] = []
  for (const node of nodes) woken.push(await raiseOn(q, 'node', node.id, 'configure'))
  return woken.find((workflowId) => workflowId !== null) ?? null
}

async function addNodes(
  q: Queryable,
  settings: PlacementSettings,
  cluster: CacheCluster,
  { numbers, zones: wishes }: ClusterChangePlan['add'],
): Promise<void> {
  const [firstNumber = 1] = numbers
  const { id, accountId, cacheNodeType, transitEncryptionMode } = cluster
  const standing = cluster.nodes.map((node) => node.zone)
  const zonesFrom = 'newAvailabilityZones'
  const zones = await place(q, { accountId, cacheNodeType, zones: wishes, standing, zonesFrom }, settings)
  const network = await networkReaching(q, cluster.networkId, zones)
  await insertNodes(
    q,
    { id, cacheNodeType, transitEncryptionMode, port: null },
    { zones, network, pools: settings.pools, firstNumber },
  )
  await q.run(sql`
    UPDATE memcached_cluster SET last_node_number = ${firstNumber + numbers.length - 1} WHERE cluster_id = ${id}`)
  const because = `from ${cluster.nodes.length} to ${cluster.nodes.length + numbers.length}`
  await insertEvent(
    q,
    accountId,
    eventOfCluster(cluster.cacheClusterId, 'Increasing number of requested nodes', because),
  )
}

async function dismissNodes(q: Queryable, cluster: CacheCluster, ids: readonly string[]): Promise<void> {
  await q.run(sql`
    UPDATE cache_node SET leaving = true WHERE cluster_id = ${cluster.id} AND cache_node_id = ANY(${[...ids]})`)
  const because = `from ${cluster.nodes.length} to ${cluster.nodes.length - ids.length}`
  await insertEvent(
    q,
    cluster.accountId,
    eventOfCluster(cluster.cacheClusterId, 'Decreasing number of requested nodes', because),
  )
}
