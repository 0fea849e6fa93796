import type { Removed } from '@cacheplane/domain'
import { gone, reason, unknown } from './call.ts'
import type { DockerEngine } from './docker-engine.ts'

/** Removes the given containers and every volume that the node has then left behind. */
export async function removeNodeObjects(
  engine: DockerEngine,
  containers: readonly { ref: string }[],
  nodeId: string,
): Promise<Removed> {
  const removals = await Promise.all(containers.map(({ ref }) => engine.removeContainer(ref)))
  const failed = removals.find((call) => call.kind !== 'ok' && call.kind !== 'notFound')
  if (failed !== undefined) return unknown(reason(failed))
  return removeVolumes(engine, nodeId)
}

async function removeVolumes(engine: DockerEngine, nodeId: string): Promise<Removed> {
  const volumes = await engine.volumes(nodeId)
  if (volumes.kind !== 'ok') return unknown(reason(volumes))
  const removals = await Promise.all(volumes.value.map(({ ref }) => engine.removeVolume(ref)))
  const failed = removals.find((call) => call.kind !== 'ok' && call.kind !== 'notFound')
  return failed === undefined ? gone : unknown(reason(failed))
}

/** Removes every container and volume of a node, whatever the incarnation. */
export async function removeNode(engine: DockerEngine, nodeId: string): Promise<Removed> {
  const containers = await engine.containers(nodeId)
  if (containers.kind !== 'ok') return unknown(reason(containers))
  return removeNodeObjects(engine, containers.value, nodeId)
}
