import type { NodeSpec, Vault } from '@cacheplane/domain'
import { reason, unknown } from './call.ts'
import type { DockerEngine } from './docker-engine.ts'
import { ensureContainer, type EnsuredContainer } from './ensure-container.ts'
import { NODE_LABEL, nodeLabels } from './labels.ts'
import { containerName } from './names.ts'

/** The promise is in the port's docstring. */
export async function ensureNode(
  engine: DockerEngine,
  { installation, vault }: { installation: string; vault: Pick<Vault, 'open'> },
  spec: NodeSpec,
): Promise<EnsuredContainer> {
  const [containers, networks] = await Promise.all([
    engine.containers(spec.nodeId),
    engine.networks(spec.networkId),
  ])
  if (containers.kind !== 'ok') return unknown(reason(containers))
  if (networks.kind !== 'ok') return unknown(reason(networks))
  const [network] = networks.value
  const [name, labels] = [containerName(spec), nodeLabels(installation, spec)]
  const { nodeId: ownerId, incarnation, seed } = spec
  const create = async () =>
    network === undefined
      ? unknown(`the network ${spec.networkId} is not on this engine`)
      : engine.createContainer({ name, labels, networkName: network.name, spec })
  const start = () =>
    seed === null ? engine.startContainer(name) : engine.startFed(name, vault.open(seed.fileId))
  const wish = { installation, label: NODE_LABEL, ownerId, incarnation, name, create, start } as const
  return ensureContainer(engine, wish, containers.value)
}
