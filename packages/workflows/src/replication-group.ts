import {
  eventOfCluster,
  eventOfGroup,
  hours,
  nap,
  type NewEvent,
  type OwnerSubject,
  type ReplicationGroup,
} from '@cacheplane/domain'
import { defineWorkflow } from './define-workflow.ts'
import { OwnerFrame, ownerSteps, type OwnerFacts } from './owner-steps.ts'

type Subject = OwnerSubject<ReplicationGroup>

/**
 * Life of a replication group: a network and node groups, taken down with it. Each node group keeps itself served.
 * Promise: it comes home only when every node group has.
 */
export const replicationGroup = defineWorkflow<Subject>()({
  kind: 'replication-group',
  frame: OwnerFrame,
  load: (store, id) => store.loadReplicationGroup(id),
  steps: {
    ...ownerSteps(facts),

    // Home. Order is priority: safety first, then repair, then what a user asked for, then maintenance.
    async wait(c) {
      if (c.signals.has('checkup')) c.clear('checkup')
      return nap(hours(6), 'the replication group is serving')
    },
  },
})

function facts({ owner: group, network, engineIds }: Subject): OwnerFacts {
  const members = group.nodeGroups.flatMap((shard) => shard.members)
  const id = group.replicationGroupId
  const ofMembers = (message: string): NewEvent[] =>
    members.map(({ cacheClusterId }) => eventOfCluster(cacheClusterId, message))
  return {
    accountId: group.accountId,
    parts: group.nodeGroups.map(({ id, nodeGroupId, workflow }) => ({
      kind: 'node-group',
      id,
      name: `node group ${nodeGroupId}`,
      workflow,
    })),
    network,
    engineIds,
    created: [...ofMembers('Cache cluster created'), eventOfGroup(id, `Replication group ${id} created`)],
    deleted: [...ofMembers('Cache cluster deleted'), eventOfGroup(id, `Replication group ${id} deleted`)],
    removal: { do: 'remove-replication-group', id: group.id },
  }
}
