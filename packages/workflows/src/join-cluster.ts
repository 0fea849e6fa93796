import {
  HOME_STEP,
  hop,
  milliseconds,
  nap,
  nodeRef,
  pass,
  routeTarget,
  planCluster,
  READERS_MAX,
  SEND_MS,
  seconds,
  shardSlotsOf,
  unreachable,
  type CacheCluster,
  type CacheNode,
  type ClusterAction,
  type ClusterNode,
  type NodeGroup,
  type OwnerSubject,
  type PeerTarget,
  type ReplicationGroup,
} from '@cacheplane/domain'
import { z } from 'zod'
import type { StepContext } from './step-context.ts'

export const ClusterFrame = z.object({
  /** Since when the nodes are being brought to one view, epoch milliseconds. */
  joiningSinceMs: z.number().nullable().default(null),
  /** Slots on their way, and how often they were tried in vain. */
  move: z
    .object({
      fromShardId: z.string(),
      toShardId: z.string(),
      slots: z.array(z.object({ from: z.number(), to: z.number() })),
      failures: z.number(),
      /** Since when all keys are over there, epoch milliseconds. */
      drainedAtMs: z.number().nullable(),
      /** Their keys took longer than one portion of time. */
      isLong: z.boolean(),
      /** What sending one of their keys may take. */
      sendMs: z.number().default(SEND_MS),
    })
    .nullable()
    .default(null),
  /** How many slots set out together. */
  slotsAtOnce: z.number().default(64),
})
export type ClusterContext = StepContext<OwnerSubject<ReplicationGroup>, z.infer<typeof ClusterFrame>>

export interface ClusterMember {
  shard: NodeGroup
  cluster: CacheCluster
  node: CacheNode
}

const LOOK_AGAIN_MIN_MS = milliseconds(20)
const LOOK_AGAIN_MAX_MS = seconds(2)
/** Whoever has waited long does not gain by milliseconds. */
const LOOK_AGAIN_SHARE = 0.1

/**
 * Brings all nodes to one view of their cluster and leads clients into it. Each shard forms itself and keeps its primary; who
 * knows whom, and that every slot is somebody's, is seen to here. Null when all of that is so, otherwise why not yet.
 */
export async function joinCluster(c: ClusterContext): Promise<string | null> {
  // On the way into a cluster, or out of it, not everybody is in it.
  const members = membersOf(c.subject.owner).filter(({ node }) => node.busPort !== null)
  const nodes = await Promise.all(members.map((member) => seeCluster(c, member)))
  const shards = shardSlotsOf(c.subject.owner.nodeGroups)
  const isMoving = c.subject.owner.resharding !== null
  const plan = planCluster(nodes, shards, isMoving ? { now: c.frame.move } : null)
  const results = await Promise.all(plan.actions.map((action) => perform(c, members, action)))
  const seen = new Set(nodes.filter(({ view }) => view !== null).map(({ nodeId }) => nodeId))
  const unseen = members.find((member) => !seen.has(member.node.id) && isMissed(c, member))
  const undone = results.find((because) => because !== null) ?? null
  const routed = await leadInto(
    c,
    members.filter(({ node, shard }) => seen.has(node.id) && node.openedAt !== null && !isLeaving(c, shard)),
  )
  if (undone !== null || plan.because !== null) return undone ?? plan.because
  return unseen === undefined ? routed : `${unseen.cluster.cacheClusterId} cannot be asked`
}

export function lookAgain(c: ClusterContext, because: string) {
  const nowMs = c.now().getTime()
  c.frame.joiningSinceMs ??= nowMs
  const waitMs = (nowMs - c.frame.joiningSinceMs) * LOOK_AGAIN_SHARE
  return nap(Math.min(LOOK_AGAIN_MAX_MS, Math.max(LOOK_AGAIN_MIN_MS, waitMs)), because)
}

/** Whoever is to own nothing leaves. */
export function isLeaving({ subject: { owner } }: ClusterContext, { id }: Pick<NodeGroup, 'id'>): boolean {
  const target = owner.resharding?.targets.find(({ shardId }) => shardId === id)
  return target?.slots.length === 0
}

export function settleCluster(c: ClusterContext) {
  c.frame.joiningSinceMs = null
  c.clear('converge')
  c.clear('checkup')
  return c.subject.owner.resharding === null ? pass(HOME_STEP) : hop('reshard')
}

/** Clients start with any node that serves, primaries first; an edge that meets a dead one goes on to the next by itself. */
async function leadInto(c: ClusterContext, serving: readonly ClusterMember[]): Promise<string | null> {
  const { configurationEndpoint: endpoint } = c.subject.owner
  if (endpoint === null || endpoint.servingAt === null) return 'the endpoint is being made'
  const ordered = [...serving.filter(isPrimary), ...serving.filter((member) => !isPrimary(member))]
  const readers = ordered.slice(0, READERS_MAX).map(targetOf)
  const routed = await c.fleet.routeEndpoint(endpoint, endpoint.slot, { primary: null, readers })
  return routed.kind === 'ready' ? null : routed.because
}

/** Before the endpoint goes to somebody else. Null when nobody is led through it, otherwise why that is not known. */
export async function leadNowhere(c: ClusterContext): Promise<string | null> {
  const { configurationEndpoint: endpoint } = c.subject.owner
  if (endpoint === null || endpoint.servingAt === null) return null
  const cut = await c.fleet.routeEndpoint(endpoint, endpoint.slot, { primary: null, readers: [] })
  return cut.kind === 'ready' ? null : cut.because
}

/** The nodes are no cluster, or not yet: what only a cluster needs goes to somebody else. */
export async function leaveCluster(c: ClusterContext): Promise<string | null> {
  const { id, clusterMode, pending, configurationEndpoint } = c.subject.owner
  const isOver = clusterMode === 'disabled' && (pending === null || pending.clusterMode === null)
  if (configurationEndpoint !== null && isOver) {
    const cut = await leadNowhere(c)
    if (cut !== null) return cut
    c.change({ do: 'release-endpoint', holderId: id })
  }
  c.clear('converge')
  c.clear('checkup')
  return null
}

export function membersOf(group: ReplicationGroup): ClusterMember[] {
  return group.nodeGroups.flatMap((shard) =>
    shard.members.flatMap((cluster) => cluster.nodes.map((node) => ({ shard, cluster, node }))),
  )
}

export function primariesOf(group: ReplicationGroup): ClusterMember[] {
  return membersOf(group).filter(isPrimary)
}

function isPrimary({ shard, node }: ClusterMember): boolean {
  return shard.primaryNodeId === node.id
}

async function seeCluster(c: ClusterContext, member: ClusterMember): Promise<ClusterNode> {
  const { shard, cluster, node } = member
  const { id: nodeId, clusterNodeId } = node
  const reading = clusterNodeId === null ? null : await c.fleet.readCluster(nodeRef({ node, cluster }))
  return {
    nodeId,
    clusterNodeId,
    shardId: shard.id,
    isPrimary: isPrimary(member),
    isOpen: node.openedAt !== null,
    at: [node.ip, node.address].map((host) => ({ host, port: node.port })),
    view: reading?.kind === 'known' ? reading.view : null,
  }
}

/** One that is being made again is not: its shard says when it is back. */
function isMissed(c: ClusterContext, { node }: ClusterMember): boolean {
  return c.workflow.firstHomeAt === null || node.openedAt !== null
}

async function perform(
  c: ClusterContext,
  members: readonly ClusterMember[],
  action: ClusterAction,
): Promise<string | null> {
  const find = (nodeId: string) => members.filter(({ node }) => node.id === nodeId)
  const [member] = find(action.nodeId)
  if (member === undefined) return 'the node is gone'
  const ref = nodeRef(member)
  switch (action.do) {
    case 'forget':
      return reasonOf(await c.fleet.forgetPeers(ref, action.clusterNodeIds))
    case 'introduce':
      return reasonOf(await c.fleet.introduceNode(ref, action.peerIds.flatMap(find).map(targetOf)))
    case 'claim':
      return reasonOf(await c.fleet.claimSlots(ref, action.slots, Number(member.shard.nodeGroupId) + 1))
    default:
      return unreachable(action)
  }
}

function targetOf(member: ClusterMember): PeerTarget {
  return { ...routeTarget(member), busPort: member.node.busPort ?? 0 }
}

function reasonOf(ensured: { kind: 'ready' } | { kind: string; because: string }): string | null {
  return 'because' in ensured ? ensured.because : null
}
