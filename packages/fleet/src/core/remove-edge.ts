import type { Removed } from '@cacheplane/domain'
import { reason, unknown } from './call.ts'
import type { DockerEngine } from './docker-engine.ts'
import { EDGE_LABEL } from './labels.ts'
import { removeOwned } from './remove-owned.ts'

/** Removes every container and volume of an edge, whatever the incarnation. */
export async function removeEdge(engine: DockerEngine, edgeId: string): Promise<Removed> {
  const containers = await engine.containers(edgeId, EDGE_LABEL)
  if (containers.kind !== 'ok') return unknown(reason(containers))
  return removeOwned(engine, containers.value, edgeId, EDGE_LABEL)
}
