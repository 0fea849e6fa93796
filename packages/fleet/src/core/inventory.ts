import type { FleetObject, Inventory, ObjectKind, Removed } from '@cacheplane/domain'
import { gone, reason, unknown, type Call } from './call.ts'
import type { ContainerState, DockerEngine, ObjectFacts } from './docker-engine.ts'
import { incarnationOf, isMadeByFleet, ownerOf } from './labels.ts'

/** All or nothing: a list that misses a kind would make its rows look lost. */
export async function inventory(engine: DockerEngine, engineId: string): Promise<Inventory> {
  const [containers, networks, volumes] = await Promise.all([
    engine.containers(),
    engine.networks(),
    engine.volumes(),
  ])
  if (containers.kind !== 'ok') return unknown(reason(containers))
  if (networks.kind !== 'ok') return unknown(reason(networks))
  if (volumes.kind !== 'ok') return unknown(reason(volumes))
  const objects = [
    ...containers.value
      .filter(madeByFleet)
      .map((facts) => describe('container', engineId, facts, facts.state)),
    ...networks.value.filter(madeByFleet).map((facts) => describe('network', engineId, facts, null)),
    ...volumes.value.filter(madeByFleet).map((facts) => describe('volume', engineId, facts, null)),
  ]
  return { kind: 'known', objects }
}

function madeByFleet({ labels }: ObjectFacts): boolean {
  return isMadeByFleet(labels)
}

function describe(
  kind: ObjectKind,
  engineId: string,
  facts: ObjectFacts,
  state: ContainerState | null,
): FleetObject {
  const { ref, name, labels, createdAt } = facts
  return {
    kind,
    engineId,
    ref,
    name,
    ownerId: ownerOf(labels),
    incarnation: incarnationOf(labels),
    state,
    createdAt,
  }
}

/**
 * Looks again before it removes: the object must still be on the list of what carries our label, so that a stale
 * inventory, or a reference from elsewhere, cannot remove a stranger's.
 */
export async function removeOrphan(engine: DockerEngine, object: FleetObject): Promise<Removed> {
  const listed = await listKind(engine, object.kind)
  if (listed.kind !== 'ok') return unknown(reason(listed))
  const ours = listed.value.filter(madeByFleet).find((facts) => facts.ref === object.ref)
  if (ours === undefined) return gone
  const removed = await removeKind(engine, object.kind, ours.ref)
  return removed.kind === 'ok' || removed.kind === 'notFound' ? gone : unknown(reason(removed))
}

function listKind(engine: DockerEngine, kind: ObjectKind): Promise<Call<ObjectFacts[]>> {
  switch (kind) {
    case 'container':
      return engine.containers()
    case 'network':
      return engine.networks()
    case 'volume':
      return engine.volumes()
  }
}

function removeKind(engine: DockerEngine, kind: ObjectKind, ref: string): Promise<Call<void>> {
  switch (kind) {
    case 'container':
      return engine.removeContainer(ref)
    case 'network':
      return engine.removeNetwork(ref)
    case 'volume':
      return engine.removeVolume(ref)
  }
}
