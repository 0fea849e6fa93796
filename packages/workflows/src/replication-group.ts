import { hours, nap, type NewEvent, type OwnerSubject, type ReplicationGroup } from '@cacheplane/domain'
import { defineWorkflow } from './define-workflow.ts'
import * as owner from './owner-steps.ts'

type Subject = OwnerSubject<ReplicationGroup>

/**
 * Life of a replication group: a network and nodes, kept served, taken down.
 * Promise: it is at home only when every node of it serves clients.
 */
export const replicationGroup = defineWorkflow<Subject>()({
  kind: 'replication-group',
  frame: owner.OwnerFrame,
  load: (store, id) => store.loadReplicationGroup(id),
  steps: {
    start: async (c) => owner.begin(c),
    ensure_network: (c) => owner.ensureNetwork(c, facts(c.subject)),
    spawn_nodes: async (c) => owner.spawnNodes(c, facts(c.subject)),
    await_nodes: async (c) => owner.awaitNodes(c, facts(c.subject)),

    // Home. Order is priority: safety first, then repair, then what a user asked for, then maintenance.
    async wait(c) {
      if (c.signals.has('checkup')) c.clear('checkup')
      return nap(hours(6), 'the replication group is serving')
    },

    unwind: (c) => owner.unwind(c, facts(c.subject)),
    failed: async () => owner.restFailed(),

    destroy: async (c) => owner.destroy(c, facts(c.subject)),
    destroy_nodes: async (c) => owner.destroyedNodes(facts(c.subject)),
    destroy_network: (c) => owner.destroyNetwork(c, facts(c.subject)),
  },
})

function facts({ owner: group, network, engineIds }: Subject): owner.OwnerFacts {
  const members = group.nodeGroups.flatMap((shard) => shard.members)
  const ofGroup = (message: string): NewEvent => ({
    sourceType: 'replication-group',
    sourceIdentifier: group.replicationGroupId,
    message,
  })
  const ofMembers = (message: string): NewEvent[] =>
    members.map((member) => ({
      sourceType: 'cache-cluster',
      sourceIdentifier: member.cacheClusterId,
      message,
    }))
  return {
    accountId: group.accountId,
    name: group.replicationGroupId,
    nodes: members.flatMap((member) => member.nodes),
    network,
    engineIds,
    created: [
      ...ofMembers('Cache cluster created'),
      ofGroup(`Replication group ${group.replicationGroupId} created`),
    ],
    deleted: [
      ...ofMembers('Cache cluster deleted'),
      ofGroup(`Replication group ${group.replicationGroupId} deleted`),
    ],
    removal: { do: 'remove-replication-group', id: group.id },
  }
}
