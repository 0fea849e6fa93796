import {
  copyPort,
  type Ensured,
  type Hop,
  type NodeRef,
  type NodeSpec,
  type ReplicationSource,
  type RouteTarget,
} from '@cacheplane/domain'
import { orderNode, type OrderBench } from './order-node.ts'

/**
 * A primary on the same engine is reached in the group's network, one elsewhere at its engine's published port; over TLS when
 * both can.
 */
export function followPrimary(
  bench: OrderBench,
  spec: NodeSpec,
  { target, nodeGroupId, inCluster }: ReplicationSource,
): Promise<Ensured<'dead'>> {
  const { host } = hopFrom(spec, target)
  const source = { host, port: copyPort(spec, target), tls: spec.tls && target.tls, nodeGroupId, inCluster }
  return orderNode(bench, spec, (control) => control.follow(spec, source))
}

/** How a node reaches another one. */
export function hopFrom({ engineId }: NodeRef, target: RouteTarget): Hop {
  return { host: target.engineId === engineId ? target.ip : target.address, port: target.port }
}
