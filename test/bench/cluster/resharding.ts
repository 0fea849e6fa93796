import { setTimeout as sleep } from 'node:timers/promises'
import type { Comparison, Reading } from '../report.ts'
import { median } from '../statistics.ts'
import { BareCluster } from './bare-cluster.ts'
import { ClusterLoad, type Data } from './cluster-load.ts'
import type { ClusterBench } from './measure-clusters.ts'
import { ServiceCluster } from './service-cluster.ts'

const DATA: Data = { keys: 50_000, valueBytes: 100 }
const SLOTS_MOVED = 8_192
const BEFORE_MS = 10_000
const P99_MAX_RATIO = 2

/** What a client sees, in milliseconds of its p99, and how fast keys move. */
interface Observed {
  before: number
  during: number
  keysPerSecond: number
}

/**
 * Half of the keys of one shard move to a new one while clients read and write: by the service, and by `valkey-cli --cluster
 * reshard`. The new shard stands before the clock of the keys starts.
 */
export async function measureResharding(
  { installation, later, say }: ClusterBench,
  rounds: number,
): Promise<[Comparison, ...Reading[]]> {
  const bare = new BareCluster()
  later.add(() => bare.remove())
  const [byHand, byService]: [Observed[], Observed[]] = [[], []]
  for (let round = 0; round < rounds; round += 1) {
    await bare.start(1, 0)
    byHand.push(
      await observe(bare, async () => {
        await bare.grow()
        const begunMs = performance.now()
        await bare.reshard(SLOTS_MOVED)
        return [begunMs, performance.now()]
      }),
    )
    await bare.remove()
    const service = new ServiceCluster(installation)
    await service.start(1, 0)
    byService.push(await observe(service, () => service.reshardTo(2)))
    await service.remove()
  }
  for (const [who, seen] of [
    ['by hand', byHand],
    ['service', byService],
  ] as const)
    say(`resharding ${who}: ${JSON.stringify(seen)}`)
  return [
    {
      name: 'resharding',
      what: `keys moved per second under load, of ${DATA.keys} / valkey-cli --cluster reshard`,
      unit: '/s',
      baseline: byHand.map(({ keysPerSecond }) => keysPerSecond),
      product: byService.map(({ keysPerSecond }) => keysPerSecond),
      goal: { atLeast: 1 },
    },
    p99Reading('service', byService),
    p99Reading('valkey-cli', byHand),
  ]
}

async function observe(
  cluster: BareCluster | ServiceCluster,
  reshard: () => Promise<[number, number]>,
): Promise<Observed> {
  const load = await ClusterLoad.fill(cluster.seeds, DATA)
  try {
    load.run()
    await sleep(BEFORE_MS / 5)
    const sinceMs = performance.now()
    await sleep(BEFORE_MS)
    const [fromMs, toMs] = await reshard()
    const [before, during] = [load.p99(sinceMs, sinceMs + BEFORE_MS), load.p99(fromMs, toMs)]
    const keys = await load.count()
    if (keys !== DATA.keys || load.errors.length > 0)
      throw new Error(
        `${keys} of ${DATA.keys} keys are there; ${load.errors.length} errors: ${load.errors[0]}`,
      )
    return { before, during, keysPerSecond: DATA.keys / 2 / ((toMs - fromMs) / 1_000) }
  } finally {
    await load.stop()
  }
}

function p99Reading(who: string, seen: readonly Observed[]): Reading {
  const [before, during] = [median(seen.map((one) => one.before)), median(seen.map((one) => one.during))]
  const ratio = median(seen.map((one) => one.during / one.before))
  return {
    name: 'resharding',
    what: `p99 of clients before and while keys move, ${who}`,
    value: `${before.toFixed(1)} ms, ${during.toFixed(1)} ms: x ${ratio.toFixed(2)}`,
    goal: `<= x ${P99_MAX_RATIO}`,
    isMet: ratio <= P99_MAX_RATIO,
  }
}
