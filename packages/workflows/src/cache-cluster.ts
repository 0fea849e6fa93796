import { eventOfCluster, hours, nap, type CacheCluster, type OwnerSubject } from '@cacheplane/domain'
import { defineWorkflow } from './define-workflow.ts'
import { OwnerFrame, ownerSteps, type OwnerFacts } from './owner-steps.ts'

type Subject = OwnerSubject<CacheCluster>

/**
 * Life of a cache cluster that stands alone: Memcached, or a single redis or valkey node outside any replication group.
 * Promise: it is at home only when every node of it serves clients.
 */
export const cacheCluster = defineWorkflow<Subject>()({
  kind: 'cache-cluster',
  frame: OwnerFrame,
  load: (store, id) => store.loadCacheCluster(id),
  steps: {
    ...ownerSteps(facts),

    // Home. Order is priority: safety first, then repair, then what a user asked for, then maintenance.
    async wait(c) {
      if (c.signals.has('checkup')) c.clear('checkup')
      return nap(hours(6), 'the cache cluster is serving')
    },
  },
})

function facts({ owner: cluster, network, engineIds }: Subject): OwnerFacts {
  return {
    accountId: cluster.accountId,
    parts: cluster.nodes.map(({ id, cacheNodeId, workflow }) => ({
      kind: 'node',
      id,
      name: `cache node ${cacheNodeId}`,
      workflow,
    })),
    network,
    engineIds,
    created: [eventOfCluster(cluster.cacheClusterId, 'Cache cluster created')],
    deleted: [eventOfCluster(cluster.cacheClusterId, 'Cache cluster deleted')],
    removal: { do: 'remove-cache-cluster', id: cluster.id },
  }
}
