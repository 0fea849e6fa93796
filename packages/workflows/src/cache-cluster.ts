import { eventOfCluster, hop, hours, nap, type CacheCluster, type OwnerSubject } from '@cacheplane/domain'
import { z } from 'zod'
import { defineWorkflow } from './define-workflow.ts'
import { converge, giveUp, hide } from './memcached-nodes.ts'
import { OwnerFrame, ownerSteps, type OwnerContext, type OwnerFacts } from './owner-steps.ts'

type Subject = OwnerSubject<CacheCluster>

const Frame = OwnerFrame.extend({
  /** CacheNodeIds of nodes that are being taken down because somebody wants fewer. */
  removing: z.array(z.string()).default([]),
  /** The latest version of the list that an edge was seen to show. */
  shown: z.number().default(0),
})

const steps = ownerSteps(facts)

/**
 * Life of a cache cluster that stands alone: Memcached with one node or many, or a single redis or valkey node outside any
 * replication group. Promise: it is at home only when every node of it serves clients, and its list names nobody else.
 */
export const cacheCluster = defineWorkflow<Subject>()({
  kind: 'cache-cluster',
  frame: Frame,
  load: (store, id) => store.loadCacheCluster(id),
  steps: {
    ...steps,

    async await_parts(c) {
      const because = c.subject.owner.memcached?.endpointFailure ?? null
      if (because !== null) return giveUp(c, because)
      const outcome = await steps.await_parts(c)
      const isThere = outcome.kind === 'pass' && outcome.to === 'wait'
      // Whatever is lost from now on is not made up for from the snapshot that it began with.
      if (isThere) endRestore(c)
      return isThere && c.subject.owner.memcached !== null ? hop('converge') : outcome
    },

    converge,

    // Home. Order is priority: safety first, then repair, then what a user asked for, then maintenance.
    async wait(c) {
      if (c.signals.has('checkup')) c.clear('checkup')
      if (c.signals.has('converge')) return hop('converge')
      return nap(hours(6), 'the cache cluster is serving')
    },

    // What has failed needs no snapshot any more.
    async unwind(c) {
      endRestore(c)
      return steps.unwind(c)
    },

    async destroy(c) {
      await hide(c)
      return steps.destroy(c)
    },
  },
})

function endRestore(c: OwnerContext<Subject>): void {
  c.change({ do: 'end-restore', ownerId: c.subject.owner.id })
}

function facts({ owner: cluster, network, engineIds, brought }: Subject): OwnerFacts {
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
    brought: brought && { snapshot: brought, as: { ...cluster, shards: null } },
    created: [eventOfCluster(cluster.cacheClusterId, 'Cache cluster created')],
    deleted: [eventOfCluster(cluster.cacheClusterId, 'Cache cluster deleted')],
    removal: { do: 'remove-cache-cluster', id: cluster.id },
  }
}
