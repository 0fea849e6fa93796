import {
  eventOfCluster,
  eventOfGroup,
  invariant,
  isInWaiting,
  nodeRef,
  zoneIsOut,
  type FailoverPhase,
  type FailoverStage,
  type NodeGroupSubject,
  type NodeReading,
  type NodeSubject,
} from '@cacheplane/domain'
import { z } from 'zod'
import type { StepContext } from '../step-context.ts'

export const Frame = z.object({
  /** The primary has been let in once: from then on an empty node may not take its place unseen. */
  formed: z.boolean().default(false),
  /** The history that the primary was last seen to write. */
  historyId: z.string().nullable().default(null),
  /** The node may serve as the primary although it is empty, from this container on: the data is known to be lost. */
  mayStartEmpty: z.object({ nodeId: z.string(), incarnation: z.number() }).nullable().default(null),
  /** Since when nodes have not been seen to serve, and when they were last looked at; epoch milliseconds. */
  silence: z.record(z.string(), z.object({ sinceMs: z.number(), lookedAtMs: z.number() })).default({}),
  /** Replicas whose copies are not known to grow yet. */
  streams: z.record(z.string(), z.object({ sinceOffset: z.number().nullable() })).default({}),
  /** How often the successor of the primary has tried in vain to take over. */
  switchesFailed: z.number().default(0),
  /** The change of primary under way. */
  failover: z
    .object({
      id: z.string(),
      kind: z.enum(['automatic', 'test', 'switch', 'recovery']),
      epoch: z.string(),
      startedAtMs: z.number(),
      lostNodeId: z.string(),
      /** When it was given up, neither it nor its engine was heard. */
      isOutOfSight: z.boolean().default(false),
      candidateId: z.string().nullable(),
      /** The history that the candidate had when it was chosen: one without it was started again, and has nothing. */
      heritage: z.string().nullable().default(null),
      electedAtMs: z.number().default(0),
      /** Candidates that were fenced because nobody knows whether they were promoted. */
      tried: z.array(z.string()),
    })
    .nullable()
    .default(null),
})
export type Frame = z.infer<typeof Frame>
export type Context = StepContext<NodeGroupSubject, Frame>
export type OngoingFailover = NonNullable<Frame['failover']>

/** How long a node may take to answer before it counts as silent this time. */
export const EXAMINE_MS = 400

export async function examineAll(
  c: Context,
  nodes: readonly NodeSubject[],
): Promise<Map<string, NodeReading>> {
  const readings = await Promise.all(
    nodes.map(async (one) => {
      const reading = await c.fleet.examineNode(nodeRef(one), EXAMINE_MS)
      return [one.node.id, asContainerOf(one, reading)] as const
    }),
  )
  return new Map(readings)
}

/** In a cluster one that was started again in its container is a stranger with another id, and is made again. */
function asContainerOf({ node: { clusterNodeId } }: NodeSubject, reading: NodeReading): NodeReading {
  const isStranger =
    reading.kind === 'serving' && clusterNodeId !== null && reading.clusterNodeId !== clusterNodeId
  return isStranger ? { kind: 'dead', because: 'it was started again and lost its data' } : reading
}

export function primaryOf({ subject: { nodes, nodeGroup } }: Context): NodeSubject {
  const primary = nodes.find(({ node }) => node.id === nodeGroup.primaryNodeId)
  invariant(primary, `the primary of node group ${nodeGroup.id} is one of its nodes`)
  return primary
}

export function findNode({ subject: { nodes } }: Context, nodeId: string): NodeSubject | undefined {
  return nodes.find(({ node }) => node.id === nodeId)
}

export function mustFind(c: Context, nodeId: string | null): NodeSubject {
  const found = nodeId === null ? undefined : findNode(c, nodeId)
  invariant(found, `node ${nodeId ?? ''} belongs to node group ${c.subject.nodeGroup.id}`)
  return found
}

/** It is made beside the node whose place it is to take, and nobody is led to it. */
export function isWaiting({ subject: { nodes } }: Context, { node }: NodeSubject): boolean {
  const others = nodes.map((one) => one.node)
  return isInWaiting(node, others)
}

/** Members that were let in with all of the node group's data, but for these nodes. */
export function inServiceBesides({ subject: { nodes } }: Context, ...nodeIds: string[]): NodeSubject[] {
  return nodes.filter(({ node }) => node.openedAt !== null && !nodeIds.includes(node.id))
}

/** From here on the node is to become the primary, for what it has. */
export function choose(c: Context, nodeId: string, heritage: string): void {
  Object.assign(ongoing(c), { candidateId: nodeId, heritage, electedAtMs: c.now().getTime() })
}

export function ongoing(c: Context): OngoingFailover {
  invariant(c.frame.failover, `node group ${c.subject.nodeGroup.id} changes its primary`)
  return c.frame.failover
}

/** Its own workflow has made it and wants nothing of it. */
export function isAtHome({ node: { workflow } }: NodeSubject): boolean {
  return workflow.step === 'wait' && !workflow.signals.some((one) => one === 'replace' || one === 'destroy')
}

/** Why it does not come back by itself for now. */
export function outageOf({ node, zoneOutage }: NodeSubject): string | null {
  return zoneOutage === null ? null : zoneIsOut(node.zone)
}

/** An entry of the timeline; milliseconds count from the first. */
export function stage(c: Context, phase: FailoverPhase, because: string, startedAtMs: number): FailoverStage {
  const at = c.now()
  return { phase, at, afterMs: Math.max(0, at.getTime() - startedAtMs), because }
}

export function advance(c: Context, ...stages: FailoverStage[]): void {
  c.change({ do: 'advance-failover', failoverId: ongoing(c).id, advance: { phases: stages } })
}

/** Others of its cluster have to get to know it as it is now: that is for the replication group to see to. */
export function tellCluster(c: Context): void {
  const { id, clusterEnabled, pending } = c.subject.group
  const isChanging = pending !== null && pending.clusterMode !== null
  if (clusterEnabled || isChanging)
    c.change({ do: 'raise', kind: 'replication-group', subjectId: id, signal: 'converge' })
}

export function groupEvent(c: Context, message: string, because?: string): void {
  const { accountId, replicationGroupId } = c.subject.group
  c.event(accountId, eventOfGroup(replicationGroupId, message, because))
}

export function memberEvent(
  c: Context,
  { cluster }: Pick<NodeSubject, 'cluster'>,
  message: string,
  because?: string,
): void {
  c.event(cluster.accountId, eventOfCluster(cluster.cacheClusterId, message, because))
}
