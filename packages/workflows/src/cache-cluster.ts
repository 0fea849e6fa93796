import { hours, nap, type CacheCluster, type NewEvent, type OwnerSubject } from '@cacheplane/domain'
import { defineWorkflow } from './define-workflow.ts'
import * as owner from './owner-steps.ts'

type Subject = OwnerSubject<CacheCluster>

/**
 * Life of a cache cluster that stands alone: Memcached, or a single redis or valkey node outside any replication group.
 * Promise: it is at home only when every node of it serves clients.
 */
export const cacheCluster = defineWorkflow<Subject>()({
  kind: 'cache-cluster',
  frame: owner.OwnerFrame,
  load: (store, id) => store.loadCacheCluster(id),
  steps: {
    start: async (c) => owner.begin(c),
    ensure_network: (c) => owner.ensureNetwork(c, facts(c.subject)),
    spawn_nodes: async (c) => owner.spawnNodes(c, facts(c.subject)),
    await_nodes: async (c) => owner.awaitNodes(c, facts(c.subject)),

    // Home. Order is priority: safety first, then repair, then what a user asked for, then maintenance.
    async wait(c) {
      if (c.signals.has('checkup')) c.clear('checkup')
      return nap(hours(6), 'the cache cluster is serving')
    },

    unwind: (c) => owner.unwind(c, facts(c.subject)),
    failed: async () => owner.restFailed(),

    destroy: async (c) => owner.destroy(c, facts(c.subject)),
    destroy_nodes: async (c) => owner.destroyedNodes(facts(c.subject)),
    destroy_network: (c) => owner.destroyNetwork(c, facts(c.subject)),
  },
})

function facts({ owner: cluster, network, engineIds }: Subject): owner.OwnerFacts {
  const event = (message: string): NewEvent => ({
    sourceType: 'cache-cluster',
    sourceIdentifier: cluster.cacheClusterId,
    message,
  })
  return {
    accountId: cluster.accountId,
    name: cluster.cacheClusterId,
    nodes: cluster.nodes,
    network,
    engineIds,
    created: [event('Cache cluster created')],
    deleted: [event('Cache cluster deleted')],
    removal: { do: 'remove-cache-cluster', id: cluster.id },
  }
}
