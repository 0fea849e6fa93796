import {
  routeTarget,
  type EdgeRef,
  type EndpointRoutes,
  type NodeSubject,
  type ReplicationSource,
} from '@cacheplane/domain'
import { isWaiting, type Context } from './context.ts'

/** Null when the endpoint leads clients to these nodes, otherwise why it does not. Where there is none, they find them alone. */
export async function leadClients(
  c: Context,
  primary: NodeSubject | null,
  readers: readonly NodeSubject[],
): Promise<string | null> {
  const { group, nodeGroup } = c.subject
  if (nodeGroup.endpoint === null) return null
  if (group.clusterMode === 'enabled') return giveBack(c)
  return isServed(c) ? route(c, primary, readers) : 'the endpoint is being made'
}

/** Clients are offered the configuration endpoint alone: nobody is led through this one when others get it. */
async function giveBack(c: Context): Promise<string | null> {
  const cut = isServed(c) ? await route(c, null, []) : null
  if (cut === null) c.change({ do: 'release-endpoint', holderId: c.subject.nodeGroup.id })
  return cut
}

/** The endpoint has an edge that led clients once: until then nobody comes through it. */
export function isServed({ subject: { nodeGroup } }: Context): boolean {
  return nodeGroup.endpoint !== null && nodeGroup.endpoint.servingAt !== null
}

/** As `leadClients`, of an edge that may still be starting. */
export async function route(
  c: Context,
  primary: NodeSubject | null,
  readers: readonly NodeSubject[],
): Promise<string | null> {
  const { endpoint } = c.subject.nodeGroup
  if (endpoint === null) return null
  const { edgeId, incarnation, engineId, controlPort, slot } = endpoint
  const ref: EdgeRef = { edgeId, incarnation, engineId, controlPort }
  const routes: EndpointRoutes = {
    primary: primary === null ? null : routeTarget(primary),
    readers: readers.filter((one) => !isWaiting(c, one) && servesPlainReaders(one)).map(routeTarget),
  }
  const routed = await c.fleet.routeEndpoint(ref, slot, routes)
  return routed.kind === 'ready' ? null : routed.because
}

/** A replica in a cluster sends everybody to its primary who has not said that he only reads; the edge leads there at once. */
function servesPlainReaders({ node: { busPort } }: NodeSubject): boolean {
  return busPort === null
}

/** A member as another one copies it. */
export function sourceAt({ subject }: Context, one: NodeSubject): ReplicationSource {
  const { clusterNodeId, busPort } = one.node
  const inCluster = clusterNodeId === null || busPort === null ? null : { clusterNodeId, busPort }
  return { target: routeTarget(one), nodeGroupId: subject.nodeGroup.id, inCluster }
}
