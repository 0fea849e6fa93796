import { zoneIsOut } from './zone-outage.ts'

export interface ZoneRoom {
  name: string
  engineId: string
  /** Nothing is placed there as long as it is. */
  isOut?: boolean
}

export interface EngineRoom {
  engineId: string
  reachable: boolean
  /** Memory for nodes: the engine's own less the reserve. */
  memoryBytes: number
  /** Memory limits of the nodes placed there already. */
  usedBytes: number
}

export interface PlacementWish {
  zones: readonly ZoneRoom[]
  engines: readonly EngineRoom[]
  /** A zone name per node, null to leave the choice. */
  wishes: readonly (string | null)[]
  /** How many of the nodes belong together, one after the other, the primary first; all of them when left out. */
  shardSizes?: readonly number[]
  /** Zone names of nodes that stand already and are to be kept apart from. */
  standing?: readonly string[]
  memoryBytesPerNode: number
}

export type Placement =
  | { kind: 'placed'; zones: ZoneRoom[] }
  | { kind: 'no-such-zone'; zone: string }
  | { kind: 'no-room'; because: string }

/** As `planPlacement`, all nodes in one zone; those that have a wish must have the same. */
export function planPlacementTogether(wish: PlacementWish): Placement {
  const wished = wish.wishes.find((zone) => zone !== null)
  const candidates = wished === undefined ? wish.zones.map(({ name }) => name) : [wished]
  const placements = candidates.map((zone) => planPlacement({ ...wish, wishes: wish.wishes.map(() => zone) }))
  const roomOf = ({ zones: [zone] }: Extract<Placement, { kind: 'placed' }>): number => {
    const engine = wish.engines.find(({ engineId }) => engineId === zone?.engineId)
    return engine === undefined ? 0 : engine.memoryBytes - engine.usedBytes
  }
  const [best] = placements
    .filter((placement) => placement.kind === 'placed')
    .sort((a, b) => roomOf(b) - roomOf(a))
  return best ?? placements[0] ?? planPlacement(wish)
}

/**
 * Puts each node where it was wished, otherwise into the zone that has fewest nodes of its shard, then fewest of these nodes
 * or, for a primary, fewest primaries, and among those the engine with most free memory; zones that share an engine share
 * its memory. All nodes or none.
 */
export function planPlacement({
  zones,
  engines,
  wishes,
  standing = [],
  shardSizes = [wishes.length],
  memoryBytesPerNode,
}: PlacementWish): Placement {
  const free = new Map(
    engines
      .filter((engine) => engine.reachable)
      .map((engine) => [engine.engineId, engine.memoryBytes - engine.usedBytes]),
  )
  const freeOf = (zone: ZoneRoom): number => free.get(zone.engineId) ?? Number.NEGATIVE_INFINITY
  const placed: ZoneRoom[] = []
  const starts = startsOf(shardSizes)
  const taken = (zone: ZoneRoom, from: number): number =>
    [...standing, ...placed.slice(from).map((one) => one.name)].filter((name) => name === zone.name).length
  const ledIn = (zone: ZoneRoom): number =>
    placed.filter((one, i) => one === zone && starts.includes(i)).length

  for (const [i, wish] of wishes.entries()) {
    const start = Math.max(...starts.filter((from) => from <= i))
    const isPrimary = start === i
    const candidates = wish === null ? zones : zones.filter((zone) => zone.name === wish)
    if (wish !== null && candidates.length === 0) return { kind: 'no-such-zone', zone: wish }
    const [best] = candidates
      .filter((zone) => zone.isOut !== true && freeOf(zone) >= memoryBytesPerNode)
      .sort(
        (a, b) =>
          taken(a, start) - taken(b, start) ||
          (isPrimary ? ledIn(a) - ledIn(b) : 0) ||
          taken(a, 0) - taken(b, 0) ||
          freeOf(b) - freeOf(a) ||
          (a.name < b.name ? -1 : 1),
      )
    if (best === undefined)
      return { kind: 'no-room', because: describeLack(wish, candidates, freeOf, memoryBytesPerNode) }
    placed.push(best)
    free.set(best.engineId, freeOf(best) - memoryBytesPerNode)
  }
  return { kind: 'placed', zones: placed }
}

/** Where in the list each shard begins. */
function startsOf(shardSizes: readonly number[]): number[] {
  return shardSizes.map((_, i) => shardSizes.slice(0, i).reduce((sum, size) => sum + size, 0))
}

function describeLack(
  wish: string | null,
  candidates: readonly ZoneRoom[],
  freeOf: (zone: ZoneRoom) => number,
  neededBytes: number,
): string {
  const [first, ...others] = candidates
  if (first !== undefined && candidates.every((zone) => zone.isOut === true))
    return others.length === 0 ? zoneIsOut(first.name) : 'every availability zone is out'
  const where = wish === null ? 'any availability zone' : `availability zone ${wish}`
  const most = Math.max(...candidates.filter((zone) => zone.isOut !== true).map(freeOf))
  if (most === Number.NEGATIVE_INFINITY) return `the Docker engine of ${where} does not answer`
  return `a node needs ${mib(neededBytes)} MiB, and ${where} has at most ${mib(Math.max(0, most))} MiB free`
}

/** Whole mebibytes, for sentences. */
export const mib = (bytes: number): number => Math.floor(bytes / 1024 ** 2)
