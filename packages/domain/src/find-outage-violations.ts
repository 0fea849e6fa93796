import type { Audit, AuditedNode } from './audit.ts'
import { seconds } from './duration.ts'
import type { FleetObject } from './ports/fleet-objects.ts'
import { zoneIsOut } from './zone-outage.ts'

/** As long as an outage may take to reach all nodes of its zone. */
const STRUCK_WITHIN_MS = seconds(30)

/** What is down on purpose is down, and somebody will end it. */
export function findOutageViolations(
  { at, zonesOut, nodes, workflows }: Audit,
  found: readonly FleetObject[],
): string[] {
  const kept = new Set(workflows.flatMap((one) => (one.kind === 'availability-zone' ? [one.subjectId] : [])))
  return zonesOut.flatMap(({ zone, since }) => {
    const isStruck = at.getTime() - since.getTime() > STRUCK_WITHIN_MS
    return [
      ...(kept.has(zone) ? [] : [`${zoneIsOut(zone)} and has no workflow`]),
      ...nodes
        .filter((node) => isStruck && node.zone === zone && isRunning(node, found))
        .map(({ name }) => `node ${name} runs although ${zoneIsOut(zone)}`),
    ]
  })
}

function isRunning({ id, incarnation }: AuditedNode, found: readonly FleetObject[]): boolean {
  return found.some(
    (one) =>
      one.kind === 'container' &&
      one.ownerId === id &&
      one.incarnation === incarnation &&
      one.state === 'running',
  )
}

export function isInOutage({ zonesOut }: Audit, { zone }: Pick<AuditedNode, 'zone'>): boolean {
  return zonesOut.some((outage) => outage.zone === zone)
}

/** Ids of nodes, node groups and owners that wait for a zone to come back, however long that takes. */
export function waitingForZones(audit: Audit): ReadonlySet<string> {
  const nodes = audit.nodes.filter((node) => isInOutage(audit, node))
  const owners = new Set(nodes.map(({ ownerId }) => ownerId))
  const nodeGroups = audit.nodeGroups.filter(({ ownerId }) => owners.has(ownerId))
  return new Set([...owners, ...[...nodes, ...nodeGroups].map(({ id }) => id)])
}
