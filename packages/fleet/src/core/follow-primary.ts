import type { Ensured, Hop, NodeRef, NodeSpec, ReplicationSource, RouteTarget } from '@cacheplane/domain'
import { orderNode, type OrderBench } from './order-node.ts'

/** A primary on the same engine is reached in the group's network, one elsewhere at its engine's published port. */
export function followPrimary(
  bench: OrderBench,
  spec: NodeSpec,
  { target, nodeGroupId, inCluster }: ReplicationSource,
): Promise<Ensured<'dead'>> {
  const source = { ...hopFrom(spec, target), nodeGroupId, inCluster }
  return orderNode(bench, spec, (control) => control.follow(spec, source))
}

/** How a node reaches another one. */
export function hopFrom({ engineId }: NodeRef, target: RouteTarget): Hop {
  return { host: target.engineId === engineId ? target.ip : target.address, port: target.port }
}
