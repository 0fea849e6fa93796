import type {
  Audit,
  AuditedEdge,
  AuditedNetwork,
  AuditedNode,
  AuditedOwner,
  AuditedWorkflow,
} from './audit.ts'
import { findOutageViolations, isInOutage } from './find-outage-violations.ts'
import { findRowViolations } from './find-row-violations.ts'
import { diagnoseNode } from './diagnose-node.ts'
import type { NodeReading } from './ports/node-reading.ts'
import type { FleetObject, Inventory } from './ports/fleet-objects.ts'
import { FAILED_STEP, HOME_STEP } from './workflow.ts'

/** What stands on each engine, by engine id. */
export type Inventories = ReadonlyMap<string, Inventory>
export type Readings = ReadonlyMap<string, NodeReading>

/**
 * A sentence for each invariant that rows and engines break between them. While work is under way some are broken for a
 * moment, so that only what stays counts: look again before believing it.
 *
 * @param readings what nodes say of themselves, by node id; nodes that were not asked may be left out
 */
export function findViolations(audit: Audit, inventories: Inventories, readings: Readings): string[] {
  const found = [...inventories.values()].flatMap((one) => (one.kind === 'known' ? one.objects : []))
  return [
    ...silentEngines(inventories),
    ...unownedObjects(audit, found),
    ...audit.nodes.flatMap((node) => judgeNode(audit, node, inventories, readings)),
    ...audit.edges.flatMap((edge) => judgeEdge(audit, edge, inventories)),
    ...audit.owners.flatMap((owner) => judgeOwner(audit, owner, found, inventories)),
    ...judgeSpares(audit, found, inventories),
    ...findOutageViolations(audit, found),
    ...findRowViolations(audit),
  ]
}

/** At rest, and nothing asked of it. */
function isQuietAt(workflow: AuditedWorkflow | undefined, step: string): boolean {
  return workflow?.step === step && workflow.leaseUntil === null && workflow.signals.length === 0
}

function workflowOf(audit: Audit, kind: AuditedWorkflow['kind'], subjectId: string) {
  return audit.workflows.find((workflow) => workflow.kind === kind && workflow.subjectId === subjectId)
}

function silentEngines(inventories: Inventories): string[] {
  return [...inventories].flatMap(([engineId, inventory]) =>
    inventory.kind === 'unknown' ? [`engine ${engineId} cannot be looked at: ${inventory.because}`] : [],
  )
}

function unownedObjects(audit: Audit, found: readonly FleetObject[]): string[] {
  const edges = audit.edges.map((edge) => ({ ...edge, name: `edge ${edge.id}` }))
  const standing = new Map([...audit.nodes, ...edges].map((one) => [one.id, one]))
  const networkIds = new Set(audit.networks.map((network) => network.id))
  return found.flatMap((object) => {
    const named = `${object.kind} ${object.name}`
    if (object.kind === 'network') return networkIds.has(object.ownerId) ? [] : [`${named} has no row`]
    const row = standing.get(object.ownerId)
    if (row === undefined) return [`${named} has neither node nor edge`]
    if (object.incarnation !== row.incarnation)
      return [`${named} is incarnation ${object.incarnation} of ${row.name}, which is at ${row.incarnation}`]
    return object.engineId === row.engineId ? [] : [`${named} stands on another engine than ${row.name}`]
  })
}

function judgeNode(audit: Audit, node: AuditedNode, inventories: Inventories, readings: Readings): string[] {
  const workflow = workflowOf(audit, 'node', node.id)
  if (!isQuietAt(workflow, HOME_STEP) || isInOutage(audit, node)) return []
  const says: string[] = []
  if (!node.isOpen || node.presence !== 'known')
    says.push(`node ${node.name} is at home, but its row says ${node.isOpen ? node.presence : 'closed'}`)
  const reading = readings.get(node.id)
  const diagnosis = reading === undefined ? null : diagnoseNode(reading)
  if (diagnosis !== null && diagnosis.kind !== 'healthy')
    says.push(`node ${node.name} is at home and does not serve: ${diagnosis.because}`)
  return [...says, ...judgeContainer(`node ${node.name}`, node, inventories)]
}

function judgeEdge(audit: Audit, edge: AuditedEdge, inventories: Inventories): string[] {
  if (!isQuietAt(workflowOf(audit, 'edge', edge.id), HOME_STEP)) return []
  const named = `edge ${edge.id}`
  const says = judgeContainer(named, edge, inventories)
  if (edge.isServing && edge.presence === 'known') return says
  return [`${named} is at home, but its row says ${edge.isServing ? edge.presence : 'not serving'}`, ...says]
}

/** What is at home has exactly one running container, of its incarnation. */
function judgeContainer(
  named: string,
  { id, engineId, incarnation }: Pick<AuditedNode, 'id' | 'engineId' | 'incarnation'>,
  inventories: Inventories,
): string[] {
  const inventory = inventories.get(engineId)
  if (inventory === undefined) return [`${named} is on engine ${engineId}, of which nothing is heard`]
  if (inventory.kind !== 'known') return []
  const own = inventory.objects.filter((one) => one.ownerId === id && one.incarnation === incarnation)
  const running = own.filter((object) => object.kind === 'container' && object.state === 'running')
  return running.length === 1 ? [] : [`${named} is at home and has ${running.length} running containers`]
}

function judgeOwner(
  audit: Audit,
  owner: AuditedOwner,
  found: readonly FleetObject[],
  inventories: Inventories,
): string[] {
  const workflow = workflowOf(audit, owner.kind, owner.id)
  const named = `${owner.kind} ${owner.name}`
  if (workflow === undefined) return [`${named} has no workflow`]
  const nodes = audit.nodes.filter((node) => node.ownerId === owner.id)
  if (isQuietAt(workflow, FAILED_STEP))
    return nodes.map((node) => `${named} was given up, but its node ${node.name} is left`)
  if (!isQuietAt(workflow, HOME_STEP)) return []
  const network = audit.networks.find(({ id }) => id === owner.networkId)
  const missing = network === undefined ? [] : enginesWithoutOne(network, found, inventories)
  return [
    ...(nodes.length === 0 ? [`${named} is at home without a node`] : []),
    ...nodes
      .filter((node) => workflowOf(audit, 'node', node.id) === undefined)
      .map((node) => `${named} is at home, but node ${node.name} has no workflow`),
    ...audit.nodeGroups
      .filter(({ id, ownerId }) => ownerId === owner.id && workflowOf(audit, 'node-group', id) === undefined)
      .map(({ name }) => `${named} is at home, but node group ${name} has no workflow`),
    ...missing.map((engineId) => `${named} is at home without just one network on engine ${engineId}`),
  ]
}

/** Engines that could be looked at and do not have this network, or have it twice. */
function enginesWithoutOne(
  { id, engineIds }: AuditedNetwork,
  found: readonly FleetObject[],
  inventories: Inventories,
): string[] {
  const countOn = (engineId: string) =>
    found.filter((object) => object.ownerId === id && object.engineId === engineId).length
  return engineIds.filter(
    (engineId) => inventories.get(engineId)?.kind === 'known' && countOn(engineId) !== 1,
  )
}

/** What a creation is promised must stand; a spare that is not ready is still being made. */
function judgeSpares(audit: Audit, found: readonly FleetObject[], inventories: Inventories): string[] {
  const used = new Set(audit.owners.map((owner) => owner.networkId))
  return audit.networks
    .filter((network) => network.isReady && !used.has(network.id))
    .flatMap((network) =>
      enginesWithoutOne(network, found, inventories).map(
        (engineId) => `spare network ${network.id} is ready without just one network on engine ${engineId}`,
      ),
    )
}
