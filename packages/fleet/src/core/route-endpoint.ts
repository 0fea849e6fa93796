import { invariant, READERS_MAX } from '@cacheplane/domain'
import type { EdgeRef, EndpointRoutes, Ensured, Hop, RouteTarget } from '@cacheplane/domain'
import { ready, unknown } from './call.ts'
import type { DockerEngine } from './docker-engine.ts'
import type { EdgeControl } from './edge-control.ts'
import { EDGE_LABEL } from './labels.ts'
import type { Answer } from './node-control.ts'
import { standingOf } from './observe-node.ts'
import { isReader, isSameHop, planRoutes, type RoutePlan, type WantedRoutes } from './plan-routes.ts'

export interface Route {
  engine: DockerEngine
  control: EdgeControl
  edge: EdgeRef
  slot: number
}

type Routed = Ensured<'dead'>

/** The promise is in the port's docstring. */
export async function routeEndpoint(route: Route, routes: EndpointRoutes): Promise<Routed> {
  invariant(
    routes.readers.length <= READERS_MAX,
    'a node group has no more replicas than an edge has readers',
  )
  const wanted = await resolve(route, routes)
  if ('kind' in wanted) return wanted
  const { control, edge, slot } = route
  let facts = await control.readSlot(edge, slot)
  if (facts.kind !== 'answered') return silence(route, facts)
  if (facts.value === null) return unknown(`the edge has no slot ${slot}`)
  const plan = planRoutes(facts.value, wanted)
  if (isDone(plan)) return ready

  for (const { cut, open } of inTurn(plan)) {
    if (facts.kind === 'answered' && cut.length > 0) facts = await control.cut(edge, slot, cut)
    if (facts.kind === 'answered' && open.length > 0) facts = await control.open(edge, slot, open)
  }
  if (facts.kind !== 'answered') return silence(route, facts)
  const isRouted = facts.value !== null && isDone(planRoutes(facts.value, wanted))
  return isRouted ? ready : unknown('the edge does not route as it was told to')
}

/** Who leads to the primary comes first: a new one takes writes before its readers have been moved. */
function inTurn({ cut, open }: RoutePlan): RoutePlan[] {
  const [cutFirst, cutThen] = divide(cut, (name) => !isReader(name))
  const [openFirst, openThen] = divide(open, ({ server }) => !isReader(server))
  return [
    { cut: cutFirst, open: openFirst },
    { cut: cutThen, open: openThen },
  ]
}

function divide<T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))]
}

function isDone({ cut, open }: RoutePlan): boolean {
  return cut.length === 0 && open.length === 0
}

/** Cut connections and a stopped container look alike from here; only the container tells. */
export async function silence(
  { engine, edge }: Route,
  answer: Exclude<Answer<never>, { kind: 'answered' }>,
): Promise<Routed> {
  const standing = await standingOf(engine, edge.edgeId, edge.incarnation, EDGE_LABEL)
  if (standing.kind !== 'stopped') return unknown(answer.because)
  return { kind: 'refused', refusal: 'dead', because: standing.because }
}

async function resolve(route: Route, { primary, readers }: EndpointRoutes): Promise<WantedRoutes | Routed> {
  const targets = primary === null ? readers : [primary, ...readers]
  const hops = await Promise.all(targets.map((target) => hopTo(route, target)))
  const lost = targets[hops.indexOf(null)]
  if (lost !== undefined) return unknown(`no address is known of ${lost.address}`)
  const known = hops.filter((hop): hop is Hop => hop !== null)
  if (primary === null) return { primary, readers: distinct(known) }
  return { primary: known[0] ?? null, readers: distinct(known.slice(1)) }
}

function distinct(hops: readonly Hop[]): Hop[] {
  return hops.filter((hop, index) => hops.findIndex((other) => isSameHop(other, hop)) === index)
}

/** The edge is on its engine's host network, so the engine's bridges are its own, too. */
async function hopTo({ control, edge }: Route, target: RouteTarget): Promise<Hop | null> {
  const host = target.engineId === edge.engineId ? target.ip : await control.addressOf(target.address)
  return host === null ? null : { host, port: target.port }
}
