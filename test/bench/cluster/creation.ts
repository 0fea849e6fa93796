import type { Comparison } from '../report.ts'
import { untilCalm } from '../until-calm.ts'
import { BareCluster } from './bare-cluster.ts'
import type { ClusterBench } from './measure-clusters.ts'
import { ServiceCluster } from './service-cluster.ts'
import { untilServed } from './until-served.ts'

const [SHARDS, REPLICAS] = [3, 1]

type Startable = Pick<BareCluster | ServiceCluster, 'start' | 'remove' | 'seeds'>

/**
 * From the wish for three shards with a replica each until a cluster client's SETs and GETs are answered by all shards:
 * by `docker run` of six containers and `valkey-cli --cluster create`, and by the service, alternately. One round of each
 * goes before, uncounted.
 */
export async function measureCreation(
  { installation, later }: ClusterBench,
  rounds: number,
): Promise<Comparison> {
  const bare = new BareCluster()
  later.add(() => bare.remove())
  const service = new ServiceCluster(installation)
  const baseline: number[] = []
  const product: number[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const [byHand, byService] = [await time(bare), await time(service)]
    await untilCalm(installation)
    if (round === 0) continue
    baseline.push(byHand)
    product.push(byService)
  }
  return {
    name: 'cluster',
    what: `${SHARDS} shards with ${REPLICAS} replica each until they serve / docker run, --cluster create`,
    unit: 'ms',
    baseline,
    product,
    goal: { atMost: 1.5 },
  }
}

/** Milliseconds; what was made is taken away outside the clock. */
async function time(cluster: Startable): Promise<number> {
  const begunMs = performance.now()
  await cluster.start(SHARDS, REPLICAS)
  await untilServed(cluster.seeds)
  const tookMs = performance.now() - begunMs
  await cluster.remove()
  return tookMs
}
