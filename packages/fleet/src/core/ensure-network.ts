import type { Ensured, NetworkRef, NetworkSpec, Removed } from '@cacheplane/domain'
import { gone, ready, reason, unknown } from './call.ts'
import type { DockerEngine } from './docker-engine.ts'
import { networkLabels } from './labels.ts'
import { networkName } from './names.ts'

/** A group that has moved to another subnet loses its old network first; Docker refuses while nodes are on it. */
export async function ensureNetwork(
  engine: DockerEngine,
  installation: string,
  spec: NetworkSpec,
): Promise<Ensured<'subnet-taken'>> {
  const found = await engine.networks(spec.networkId)
  if (found.kind !== 'ok') return unknown(reason(found))
  if (found.value.some((network) => network.subnet === spec.subnet)) return ready

  for (const old of found.value) {
    const removed = await engine.removeNetwork(old.ref)
    if (removed.kind !== 'ok' && removed.kind !== 'notFound') return unknown(reason(removed))
  }
  const blueprint = { name: networkName(spec), labels: networkLabels(installation, spec), spec }
  const created = await engine.createNetwork(blueprint)
  if (created.kind === 'ok') return ready
  if (created.kind !== 'refused' && created.kind !== 'conflict') return unknown(reason(created))

  // Somebody was faster: another worker with this very network, or a stranger on the same addresses.
  const again = await engine.networks(spec.networkId)
  if (again.kind !== 'ok') return unknown(reason(again))
  if (again.value.some((network) => network.subnet === spec.subnet)) return ready
  if (isSubnetTaken(reason(created))) {
    return { kind: 'refused', refusal: 'subnet-taken', because: reason(created) }
  }
  return unknown(reason(created))
}

/** Docker's words for a subnet that overlaps another network or a route of the host. */
function isSubnetTaken(because: string): boolean {
  return /pool overlaps|conflicts with network|overlaps with|already in use/i.test(because)
}

export async function removeNetwork(engine: DockerEngine, ref: NetworkRef): Promise<Removed> {
  const found = await engine.networks(ref.networkId)
  if (found.kind !== 'ok') return unknown(reason(found))
  for (const network of found.value) {
    const removed = await engine.removeNetwork(network.ref)
    if (removed.kind !== 'ok' && removed.kind !== 'notFound') return unknown(reason(removed))
  }
  return gone
}
