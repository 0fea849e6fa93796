import {
  done,
  eventOfCluster,
  eventOfGroup,
  FAILED_STEP,
  findFrozen,
  findUnstruck,
  hop,
  isDeleting,
  milliseconds,
  nap,
  nodeRef,
  seconds,
  zoneIsOut,
  type FleetObject,
  type ZoneSubject,
} from '@cacheplane/domain'
import { z } from 'zod'
import { defineWorkflow } from './define-workflow.ts'
import type { StepContext } from './step-context.ts'

const Frame = z.object({})
type Context = StepContext<ZoneSubject, z.infer<typeof Frame>>
type ZoneNode = ZoneSubject['nodes'][number]

const RETRY_MS = milliseconds(250)
/** How soon a container is struck that was being started when the outage began. */
const LOOK_EVERY_MS = seconds(1)

/**
 * Life of an outage that a user asked for: strike every node of an availability zone, keep them down, and let them go on.
 * Promise: nothing is touched but cache nodes whose rows say that they are in this zone.
 */
export const availabilityZone = defineWorkflow<ZoneSubject>()({
  kind: 'availability-zone',
  frame: Frame,
  load: (store, zone) => store.loadZone(zone),
  steps: {
    async start(c) {
      const { zone, mode } = c.subject
      tell(c, `Availability zone ${zone} is out`, `a test outage (${mode}) was asked for`)
      return hop('strike')
    },

    async strike(c) {
      const found = await lookAround(c)
      if (found.kind === 'unknown') return nap(RETRY_MS, found.because)
      const missed = await strike(c, found.objects)
      lookAt(c, c.subject.nodes)
      return missed === null ? hop('wait') : nap(RETRY_MS, missed)
    },

    // Home, for as long as the outage lasts.
    async wait(c) {
      if (c.signals.has('checkup')) c.clear('checkup')
      const found = await lookAround(c)
      const missed = found.kind === 'known' ? await strike(c, found.objects) : found.because
      return nap(missed === null ? LOOK_EVERY_MS : RETRY_MS, missed ?? zoneIsOut(c.subject.zone))
    },

    // Whoever comes back does so after the commit in which the outage ends.
    async destroy(c) {
      const standing = c.subject.mode === 'freeze' ? await thaw(c) : null
      if (standing !== null) return nap(RETRY_MS, standing)
      tell(c, `Availability zone ${c.subject.zone} is back`, 'the test outage is over')
      c.change({ do: 'end-outage', zone: c.subject.zone })
      lookAt(c, c.subject.nodes)
      return done()
    },
  },
})

/** Null when all of them are down, otherwise why not. */
async function strike(c: Context, found: readonly FleetObject[]): Promise<string | null> {
  const { mode, nodes } = c.subject
  const unstruck = new Set(
    findUnstruck(
      mode,
      nodes.map(({ node }) => node),
      found,
    ),
  )
  const struck = nodes.filter(({ node }) => unstruck.has(node))
  const answers = await Promise.all(
    struck.map((one) =>
      mode === 'kill' ? c.fleet.fenceNode(nodeRef(one)) : c.fleet.freezeNode(nodeRef(one)),
    ),
  )
  return answers.find((answer) => answer.kind === 'unknown')?.because ?? null
}

async function thaw(c: Context): Promise<string | null> {
  const found = await lookAround(c)
  if (found.kind === 'unknown') return found.because
  const { nodes } = c.subject
  const frozen = new Set(
    findFrozen(
      nodes.map(({ node }) => node),
      found.objects,
    ),
  )
  const answers = await Promise.all(
    nodes.filter(({ node }) => frozen.has(node)).map((one) => c.fleet.thawNode(nodeRef(one))),
  )
  return answers.find((answer) => answer.kind === 'unknown')?.because ?? null
}

/** What stands on the engines of the zone's nodes: one question for all of them. */
async function lookAround(c: Context) {
  const engineIds = [...new Set(c.subject.nodes.map(({ node }) => node.engineId))]
  const inventories = await Promise.all(engineIds.map((engineId) => c.fleet.inventory(engineId)))
  const unknown = inventories.find((one) => one.kind === 'unknown')
  if (unknown !== undefined) return unknown
  const objects = inventories.flatMap((one) => (one.kind === 'known' ? one.objects : []))
  return { kind: 'known' as const, objects }
}

/** Whoever answers for them sees for himself. */
function lookAt(c: Context, nodes: readonly ZoneNode[]): void {
  for (const { node } of nodes) {
    if (node.workflow.step === FAILED_STEP || isDeleting(node.workflow)) continue
    c.change({ do: 'raise', kind: 'node', subjectId: node.id, signal: 'checkup' })
  }
}

/** On every cache cluster with a node in the zone, and once on each replication group. */
function tell(c: Context, message: string, because: string): void {
  const clusters = new Map(c.subject.nodes.map(({ cluster }) => [cluster.id, cluster]))
  const told = new Set<string>()
  for (const cluster of clusters.values()) {
    const { accountId, cacheClusterId, replicationGroupId } = cluster
    c.event(accountId, eventOfCluster(cacheClusterId, message, because))
    if (replicationGroupId === null || told.has(`${accountId}/${replicationGroupId}`)) continue
    told.add(`${accountId}/${replicationGroupId}`)
    c.event(accountId, eventOfGroup(replicationGroupId, message, because))
  }
}
