import type { Hop, RouteTarget } from './ports/edges.ts'
import type { NodeSubject } from './ports/workflows.ts'
import { choiceOf } from './rolling/node-choice.ts'

/** A node as edges and other nodes of its group reach it. */
export function routeTarget({ node, cluster }: Pick<NodeSubject, 'node' | 'cluster'>): RouteTarget {
  const { engineId, ip, address, port, plainPort } = node
  const tls = choiceOf({ node, cluster }).transitEncryptionMode !== null
  return { engineId, ip, address, port, tls, plainPort }
}

/** Where a node finds another one to copy it: with TLS when both can. */
export function copyPort(follower: { tls: boolean }, { port, plainPort }: RouteTarget): number {
  return follower.tls ? port : (plainPort ?? port)
}

/** Whether somebody who copies what is at `source` copies this node, by either of its addresses. */
export function isCopyOf(follower: { tls: boolean }, source: Hop, target: RouteTarget): boolean {
  return [target.ip, target.address].includes(source.host) && source.port === copyPort(follower, target)
}
