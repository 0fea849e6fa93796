import type { EdgeRef, EndpointRoutes, NodeSubject, RouteTarget } from '@cacheplane/domain'
import { isWaiting, type Context } from './context.ts'

/** Null when the endpoint leads clients to these nodes, otherwise why it does not. */
export async function leadClients(
  c: Context,
  primary: NodeSubject | null,
  readers: readonly NodeSubject[],
): Promise<string | null> {
  return isServed(c) ? route(c, primary, readers) : 'the endpoint is being made'
}

/** The endpoint has an edge that led clients once: until then nobody comes through it. */
export function isServed({ subject: { nodeGroup } }: Context): boolean {
  return nodeGroup.endpoint.servingAt !== null
}

/** As `leadClients`, of an edge that may still be starting. */
export async function route(
  c: Context,
  primary: NodeSubject | null,
  readers: readonly NodeSubject[],
): Promise<string | null> {
  const { edgeId, incarnation, engineId, controlPort, slot } = c.subject.nodeGroup.endpoint
  const ref: EdgeRef = { edgeId, incarnation, engineId, controlPort }
  const routes: EndpointRoutes = {
    primary: primary === null ? null : routeTarget(primary),
    readers: readers.filter((one) => !isWaiting(c, one)).map(routeTarget),
  }
  const routed = await c.fleet.routeEndpoint(ref, slot, routes)
  return routed.kind === 'ready' ? null : routed.because
}

export function routeTarget({ node: { engineId, ip, address, port } }: NodeSubject): RouteTarget {
  return { engineId, ip, address, port }
}
