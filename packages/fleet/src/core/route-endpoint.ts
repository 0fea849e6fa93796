import { invariant, READERS_MAX } from '@cacheplane/domain'
import type { EdgeRef, EndpointRoutes, Ensured, RouteTarget } from '@cacheplane/domain'
import { ready, unknown } from './call.ts'
import type { DockerEngine } from './docker-engine.ts'
import type { EdgeControl } from './edge-control.ts'
import { EDGE_LABEL } from './labels.ts'
import type { Answer } from './node-control.ts'
import { standingOf } from './observe-node.ts'
import { isReader, planRoutes, type RoutePlan, type WantedRoutes } from './plan-routes.ts'
import { wantRoutes, type Reached } from './want-routes.ts'

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
  if (facts.value.plain === null && isPlainWanted(wanted)) return unknown(OLD_EDGE)
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

/** It is made again as soon as its container is gone. */
const OLD_EDGE = 'the edge was made by an earlier version, which cannot tell TLS from plain text'

function isPlainWanted({ plain: { primary, fallback, readers } }: WantedRoutes): boolean {
  return primary !== null || fallback !== null || readers.length > 0
}

function isDone({ cut, open }: RoutePlan): boolean {
  return cut.length === 0 && open.length === 0
}

/** Cut connections and a stopped container look alike from here; only the container tells. */
export async function silence(
  { engine, edge }: Pick<Route, 'engine' | 'edge'>,
  answer: Exclude<Answer<never>, { kind: 'answered' }>,
): Promise<Routed> {
  const standing = await standingOf(engine, edge.edgeId, edge.incarnation, EDGE_LABEL)
  if (standing.kind !== 'stopped') return unknown(answer.because)
  return { kind: 'refused', refusal: 'dead', because: standing.because }
}

async function resolve(route: Route, { primary, readers }: EndpointRoutes): Promise<WantedRoutes | Routed> {
  const targets = primary === null ? readers : [primary, ...readers]
  const reached = await Promise.all(targets.map((target) => reach(route, target)))
  const lost = targets[reached.indexOf(null)]
  if (lost !== undefined) return unknown(`no address is known of ${lost.address}`)
  const known = reached.filter((one): one is Reached => one !== null)
  if (primary === null) return wantRoutes(null, known)
  return wantRoutes(known[0] ?? null, known.slice(1))
}

/** The edge is on its engine's host network, so the engine's bridges are its own, too. */
async function reach({ control, edge }: Route, target: RouteTarget): Promise<Reached | null> {
  const host = target.engineId === edge.engineId ? target.ip : await control.addressOf(target.address)
  const { port, tls, plainPort } = target
  return host === null ? null : { host, port, tls, plainPort }
}
