import type { FleetObject } from './ports/fleet-objects.ts'
import type { CacheNode, OutageMode } from './resources.ts'
import { isDeleting } from './status.ts'

export const zoneIsOut = (zone: string): string => `availability zone ${zone} is out`

type ZoneNode = Pick<CacheNode, 'id' | 'incarnation' | 'leaving' | 'workflow'>

/** The nodes whose container an outage has not reached yet; what an engine lists may be a moment old. */
export function findUnstruck<N extends ZoneNode>(
  mode: OutageMode,
  nodes: readonly N[],
  found: readonly FleetObject[],
): N[] {
  return nodes.filter((node) => {
    const state = stateOf(node, found)
    return state === 'running' || (mode === 'kill' && state === 'paused')
  })
}

/** The nodes that go on where they stood. One that is given up or on its way out is removed as it is, by its workflow. */
export function findFrozen<N extends ZoneNode>(nodes: readonly N[], found: readonly FleetObject[]): N[] {
  return nodes.filter((node) => {
    const isGivenUp = node.workflow.signals.includes('replace') || isDeleting(node.workflow) || node.leaving
    return !isGivenUp && stateOf(node, found) === 'paused'
  })
}

/** Of its current container: what is left of earlier incarnations is nobody's node. */
function stateOf({ id, incarnation }: ZoneNode, found: readonly FleetObject[]): FleetObject['state'] {
  const own = found.find(
    (object) => object.kind === 'container' && object.ownerId === id && object.incarnation === incarnation,
  )
  return own?.state ?? null
}
