import {
  eventOfCluster,
  eventOfGroup,
  hours,
  nap,
  untilWindow,
  type NewEvent,
  type OwnerSubject,
  type ReplicationGroup,
} from '@cacheplane/domain'
import { defineWorkflow } from './define-workflow.ts'
import { OwnerFrame, ownerSteps, type OwnerContext, type OwnerFacts } from './owner-steps.ts'

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
      return awaitWindow(c)
    },
  },
})

/** A change that waits for the maintenance window begins in it, once. */
function awaitWindow(c: OwnerContext<Subject>) {
  const { id, pending, preferredMaintenanceWindow, nodeGroups } = c.subject.owner
  if (pending?.state !== 'waiting') return nap(hours(6), 'the replication group is serving')
  const ms = untilWindow(preferredMaintenanceWindow, c.now())
  if (ms > 0) return nap(Math.min(ms, hours(6)), 'a change waits for the maintenance window')
  c.change({ do: 'begin-rolling', groupId: id })
  for (const shard of nodeGroups)
    c.change({ do: 'raise', kind: 'node-group', subjectId: shard.id, signal: 'converge' })
  return nap(hours(6), 'the replication group is changing')
}

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
