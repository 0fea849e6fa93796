import type { Ensured, NodeSpec, ReplicationSource } from '@cacheplane/domain'
import type { DockerEngine } from './docker-engine.ts'
import type { NodeControl } from './node-control.ts'
import { orderNode } from './order-node.ts'

/** A primary on the same engine is reached in the group's network, one elsewhere at its engine's published port. */
export function followPrimary(
  engine: DockerEngine,
  control: NodeControl,
  spec: NodeSpec,
  { target, nodeGroupId }: ReplicationSource,
): Promise<Ensured<'dead'>> {
  const host = target.engineId === spec.engineId ? target.ip : target.address
  return orderNode(engine, spec, control.follow(spec, { host, port: target.port }, nodeGroupId))
}
