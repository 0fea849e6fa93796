import type { Ensured, NodeSpec, ReplicationSource } from '@cacheplane/domain'
import { orderNode, type OrderBench } from './order-node.ts'

/** A primary on the same engine is reached in the group's network, one elsewhere at its engine's published port. */
export function followPrimary(
  bench: OrderBench,
  spec: NodeSpec,
  { target, nodeGroupId }: ReplicationSource,
): Promise<Ensured<'dead'>> {
  const host = target.engineId === spec.engineId ? target.ip : target.address
  return orderNode(bench, spec, (control) => control.follow(spec, { host, port: target.port }, nodeGroupId))
}
