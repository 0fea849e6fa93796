import { docker } from '../../support/docker.ts'
import type { Service } from './service.ts'

/** Docker's ids of the cache nodes, or of the edges, that stand, running or not. */
export async function containersOf(
  { installation }: Service,
  kind: 'node' | 'edge' = 'node',
): Promise<string[]> {
  const id = installation.config.CACHEPLANE_INSTALLATION
  const label = [`dev.cacheplane.installation=${id}`, `dev.cacheplane.kind=${kind}`]
  const found = await docker.listContainers({ all: true, filters: { label } })
  return found.map(({ Id }) => Id)
}
