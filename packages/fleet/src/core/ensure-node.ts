import type { NodeSpec, Vault } from '@cacheplane/domain'
import { reason, unknown } from './call.ts'
import type { DockerEngine } from './docker-engine.ts'
import { ensureContainer, type EnsuredContainer } from './ensure-container.ts'
import { NODE_LABEL, nodeLabels } from './labels.ts'
import { containerName, networkName } from './names.ts'
import { seedContent } from './seed-content.ts'

/** The promise is in the port's docstring. */
export async function ensureNode(
  engine: DockerEngine,
  { installation, vault }: { installation: string; vault: Pick<Vault, 'open'> },
  spec: NodeSpec,
): Promise<EnsuredContainer> {
  const containers = await engine.containers(spec.nodeId)
  if (containers.kind !== 'ok') return unknown(reason(containers))
  const [name, labels] = [containerName(spec), nodeLabels(installation, spec)]
  const { nodeId: ownerId, incarnation, seed } = spec
  const create = () => engine.createContainer({ name, labels, networkName: networkName(spec), spec })
  const start = () =>
    seed === null ? engine.startContainer(name) : engine.startFed(name, seedContent(vault, seed))
  const wish = { installation, label: NODE_LABEL, ownerId, incarnation, name, create, start } as const
  return ensureContainer(engine, wish, containers.value)
}
