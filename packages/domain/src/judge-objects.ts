import { hours, seconds } from './duration.ts'
import type { FleetObject } from './ports/fleet-objects.ts'
import type { ExpectedObjects } from './ports/estate.ts'

/** Longer than any call that may still be under way when the row it worked for is deleted. */
export const ORPHAN_GRACE_MS = seconds(20)

/** An object older than this whose row is gone may hold data that a restored database has forgotten: it is kept. */
export const ORPHAN_AGE_MAX_MS = hours(1)

export interface Judgement {
  /** Nodes that should be running and are not. */
  missing: { nodeId: string; because: string }[]
  missingEdges: string[]
  /** Spare networks that creations are promised and that do not stand. */
  lostSpares: string[]
  /** Late effects of calls whose row is gone, and what earlier incarnations have left. */
  orphans: FleetObject[]
  /** Unknown to the database and too old to be a late effect; somebody must look. */
  strangers: FleetObject[]
}

/** Compares what should stand on an engine with what stands there (reliability M1, M2, C8). */
export function judgeObjects(expected: ExpectedObjects, found: readonly FleetObject[], now: Date): Judgement {
  const running = new Set(
    found
      .filter((o) => o.kind === 'container' && o.state === 'running')
      .map((o) => `${o.ownerId}/${o.incarnation}`),
  )
  const missing = expected.nodes
    .filter((node) => node.atHome && !running.has(`${node.nodeId}/${node.incarnation}`))
    .map((node) => ({ nodeId: node.nodeId, because: 'its container is not running' }))

  const missingEdges = expected.edges
    .filter((edge) => edge.atHome && !running.has(`${edge.edgeId}/${edge.incarnation}`))
    .map(({ edgeId }) => edgeId)

  const standing = new Set(found.flatMap((o) => (o.kind === 'network' ? [o.ownerId] : [])))
  const lostSpares = expected.spareIds.filter((id) => !standing.has(id))

  const networks = new Set(expected.networkIds)
  const incarnations = new Map([
    ...expected.nodes.map((node) => [node.nodeId, node.incarnation] as const),
    ...expected.edges.map((edge) => [edge.edgeId, edge.incarnation] as const),
  ])
  const orphans: FleetObject[] = []
  const strangers: FleetObject[] = []
  for (const object of found) {
    const current = incarnations.get(object.ownerId)
    const isLeftover = current !== undefined && object.incarnation !== null && object.incarnation < current
    if (networks.has(object.ownerId) || (current !== undefined && !isLeftover)) continue
    const ageMs = object.createdAt === null ? 0 : now.getTime() - object.createdAt.getTime()
    if (ageMs > ORPHAN_AGE_MAX_MS && !isLeftover) strangers.push(object)
    else if (ageMs > ORPHAN_GRACE_MS) orphans.push(object)
  }
  return { missing, missingEdges, lostSpares, orphans, strangers }
}
