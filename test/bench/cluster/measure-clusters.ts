import type { SecondInstallation } from '../../support/second-installation.ts'
import type { Later } from '../later.ts'
import type { Section } from '../options.ts'
import type { Comparison, Reading } from '../report.ts'
import { measureCreation } from './creation.ts'
import { measureResharding } from './resharding.ts'
import { measureShards } from './shards.ts'

const ROUNDS = { cluster: 6, shards: 3, resharding: 3 } as const

export const CLUSTER_SECTIONS = ['cluster', 'shards', 'resharding'] as const

export interface ClusterBench {
  installation: SecondInstallation
  later: Later
  wants: (section: Section) => boolean
  /** Null leaves each section its own number. */
  rounds: number | null
  say: (message: string) => void
}

/** Everything about groups with cluster mode. */
export async function measureClusters(
  bench: ClusterBench,
  comparisons: Comparison[],
  readings: Reading[],
): Promise<void> {
  const { wants, say } = bench
  const begin = (section: (typeof CLUSTER_SECTIONS)[number]): number => {
    const rounds = bench.rounds ?? ROUNDS[section]
    say(`${section}: ${rounds} rounds`)
    return rounds
  }
  if (wants('cluster')) comparisons.push(await measureCreation(bench, begin('cluster')))
  if (wants('shards')) readings.push(...(await measureShards(bench, begin('shards'))))
  if (wants('resharding')) {
    const [comparison, ...seen] = await measureResharding(bench, begin('resharding'))
    comparisons.push(comparison)
    readings.push(...seen)
  }
}
