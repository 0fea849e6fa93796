import type { Removed } from '@cacheplane/domain'
import { reason, unknown } from './call.ts'
import type { DockerEngine } from './docker-engine.ts'
import { NODE_LABEL } from './labels.ts'
import { removeOwned } from './remove-owned.ts'

/** Removes every container and volume of a node, whatever the incarnation. */
export async function removeNode(engine: DockerEngine, nodeId: string): Promise<Removed> {
  const containers = await engine.containers(nodeId)
  if (containers.kind !== 'ok') return unknown(reason(containers))
  return removeOwned(engine, containers.value, nodeId, NODE_LABEL)
}
