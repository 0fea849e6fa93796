import {
  eventOfCluster,
  eventOfGroup,
  hop,
  hours,
  nap,
  untilWindow,
  type NewEvent,
  type OwnerSubject,
  type ReplicationGroup,
} from '@cacheplane/domain'
import { assignSlots, drainSlots, openSlots, remindEnds } from './resharding/move-slots.ts'
import { reshard, retireShards } from './resharding/reshard.ts'
import { defineWorkflow } from './define-workflow.ts'
import { ClusterFrame, joinCluster, leadNowhere, lookAgain, settleCluster } from './join-cluster.ts'
import { comeHome, ownerSteps, partsAreComing, type OwnerContext, type OwnerFacts } from './owner-steps.ts'

type Subject = OwnerSubject<ReplicationGroup>

const steps = ownerSteps(facts)

/**
 * Life of a replication group: a network and node groups, taken down with it. Each node group keeps itself served; in cluster
 * mode the group joins them. Promise: it comes home only when every node group has, and all nodes see one cluster.
 */
export const replicationGroup = defineWorkflow<Subject>()({
  kind: 'replication-group',
  frame: ClusterFrame,
  load: (store, id) => store.loadReplicationGroup(id),
  steps: {
    ...steps,

    async await_parts(c) {
      const coming = partsAreComing(c, facts(c.subject))
      if (coming !== null) return coming
      return c.subject.owner.clusterEnabled ? hop('join') : arrive(c)
    },

    // Cluster mode: at the creation, and whenever a node group has another primary, a new node or one less.
    async join(c) {
      await remindEnds(c)
      const because = await joinCluster(c)
      const isNew = c.workflow.firstHomeAt === null
      if (because === null && isNew) arrive(c)
      if (because === null) return settleCluster(c)
      const hopeless = c.subject.endpointFailure ?? (c.overdue ? because : null)
      if (!isNew || hopeless === null) return lookAgain(c, because)
      c.fail(hopeless)
      return hop('unwind')
    },

    // Slots move to other shards. Whatever befalls a node meanwhile is seen to first, by way of `join`.
    reshard,
    open_slots: openSlots,
    drain_slots: drainSlots,
    assign_slots: assignSlots,
    retire_shards: retireShards,

    // Home. Order is priority: safety first, then repair, then what a user asked for, then maintenance.
    async wait(c) {
      const isAsked = c.signals.has('checkup') || c.signals.has('converge')
      if (isAsked && c.subject.owner.clusterEnabled) return hop('join')
      if (c.signals.has('checkup')) c.clear('checkup')
      return awaitWindow(c)
    },

    // What has failed needs no snapshot any more.
    async unwind(c) {
      endRestore(c)
      return steps.unwind(c)
    },

    async destroy(c) {
      await leadNowhere(c)
      return steps.destroy(c)
    },
  },
})

/** Whatever is lost from now on is not made up for from the snapshot that it began with. */
function arrive(c: OwnerContext<Subject>) {
  endRestore(c)
  return comeHome(c, facts(c.subject))
}

function endRestore(c: OwnerContext<Subject>): void {
  c.change({ do: 'end-restore', ownerId: c.subject.owner.id })
}

/** A change that waits for the maintenance window begins in it, once. */
function awaitWindow(c: OwnerContext<Subject>) {
  const { id, pending, preferredMaintenanceWindow, nodeGroups } = c.subject.owner
  if (c.signals.has('retire')) return nap(hours(6), 'its final snapshot is being taken')
  if (pending?.state !== 'waiting') return nap(hours(6), 'the replication group is serving')
  const ms = untilWindow(preferredMaintenanceWindow, c.now())
  if (ms > 0) return nap(Math.min(ms, hours(6)), 'a change waits for the maintenance window')
  c.change({ do: 'begin-rolling', groupId: id })
  for (const shard of nodeGroups)
    c.change({ do: 'raise', kind: 'node-group', subjectId: shard.id, signal: 'converge' })
  return nap(hours(6), 'the replication group is changing')
}

function facts({ owner: group, network, engineIds, brought }: Subject): OwnerFacts {
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
    brought: brought && {
      snapshot: brought,
      as: { ...group, shards: group.clusterEnabled ? group.nodeGroups : null },
    },
    created: [...ofMembers('Cache cluster created'), eventOfGroup(id, `Replication group ${id} created`)],
    deleted: [...ofMembers('Cache cluster deleted'), eventOfGroup(id, `Replication group ${id} deleted`)],
    removal: { do: 'remove-replication-group', id: group.id },
  }
}
