import type { SecondInstallation } from '../support/second-installation.ts'
import { BareCaches } from './bare-cache.ts'
import type { Later } from './later.ts'
import type { Comparison } from './report.ts'
import { ServiceCaches } from './service-caches.ts'

interface Provisioner {
  start(): Promise<number>
  removeAll(): Promise<void>
}

/**
 * How long it takes until `count` caches, asked for at once, all answer: by `docker run`, and by the service. Alternately,
 * so that both meet the same weather; one round of each goes before, uncounted. The service has its spare networks by then
 * and between rounds, as after any calm of ten seconds: more caches at once than spares would take longer each.
 */
export async function measureProvisioning(
  installation: SecondInstallation,
  later: Later,
  count: number,
  rounds: number,
): Promise<Comparison> {
  const bare = new BareCaches()
  later.add(() => bare.removeAll())
  const service = new ServiceCaches(installation)
  const baseline: number[] = []
  const product: number[] = []
  await timeAll(bare, count)
  await timeAll(service, count)
  for (let round = 0; round < rounds; round += 1) {
    baseline.push(await timeAll(bare, count))
    product.push(await timeAll(service, count))
  }
  return {
    name: count === 1 ? 'create' : 'twelve',
    what: `${count === 1 ? 'one group' : `${count} groups at once`} until PONG / docker run`,
    unit: 'ms',
    baseline,
    product,
    goal: { atMost: 1.5 },
  }
}

/** Milliseconds until the last of them answers; what was made is taken away outside the clock. */
async function timeAll(provisioner: Provisioner, count: number): Promise<number> {
  const times = await Promise.all(Array.from({ length: count }, () => provisioner.start()))
  await provisioner.removeAll()
  return Math.max(...times)
}
