import type { SimWorld } from './sim-world.ts'

const NODE_LABEL = 'dev.cacheplane.node'

/** What stands on the engines for the sake of caches. Edges stay when their last group has gone: the next one finds them. */
export function standing({ fake }: Pick<SimWorld, 'fake'>) {
  const engines = fake.world()
  return {
    containers: engines.flatMap(({ containers }) => containers.filter(({ process }) => process !== null)),
    networks: engines.flatMap(({ networks }) => networks),
    volumes: engines.flatMap(({ volumes }) => volumes.filter(({ labels }) => NODE_LABEL in labels)),
  }
}

export const NOTHING = { containers: [], networks: [], volumes: [] }
