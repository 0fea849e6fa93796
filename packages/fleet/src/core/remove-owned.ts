import type { Removed } from '@cacheplane/domain'
import { gone, reason, unknown } from './call.ts'
import type { DockerEngine } from './docker-engine.ts'
import type { OwnerLabel } from './labels.ts'

/** Removes the given containers and every volume that their owner has then left behind. */
export async function removeOwned(
  engine: DockerEngine,
  containers: readonly { ref: string }[],
  ownerId: string,
  label: OwnerLabel,
): Promise<Removed> {
  const removals = await Promise.all(containers.map(({ ref }) => engine.removeContainer(ref)))
  const failed = removals.find((call) => call.kind !== 'ok' && call.kind !== 'notFound')
  if (failed !== undefined) return unknown(reason(failed))
  return removeVolumes(engine, ownerId, label)
}

async function removeVolumes(engine: DockerEngine, ownerId: string, label: OwnerLabel): Promise<Removed> {
  const volumes = await engine.volumes(ownerId, label)
  if (volumes.kind !== 'ok') return unknown(reason(volumes))
  const removals = await Promise.all(volumes.value.map(({ ref }) => engine.removeVolume(ref)))
  const failed = removals.find((call) => call.kind !== 'ok' && call.kind !== 'notFound')
  return failed === undefined ? gone : unknown(reason(failed))
}
