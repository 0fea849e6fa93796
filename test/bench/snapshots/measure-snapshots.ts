import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SecondInstallation } from '../../support/second-installation.ts'
import type { Later } from '../later.ts'
import type { Comparison, Reading } from '../report.ts'
import { percentile } from '../statistics.ts'
import { BareSnapshots } from './bare-snapshots.ts'
import { fillCache } from './fill-cache.ts'
import { MeasuredLoad } from './measured-load.ts'
import { memoryByKind, MemoryWatch } from './memory-watch.ts'
import { SnapshottedGroups } from './snapshotted-group.ts'

export const SNAPSHOT_SECTIONS = ['snapshot', 'restore'] as const
type Wanted = (section: (typeof SNAPSHOT_SECTIONS)[number]) => boolean

export interface SnapshotBench {
  installation: SecondInstallation
  later: Later
  wants: Wanted
  rounds: number
  /** Of data, as the engine counts its memory. */
  megabytes: number
  say: (message: string) => void
}

const GOALS = { snapshot: 1.3, restore: 1.5 }
const CALM_MS = 8_000
const SETTLE_MS = 1_000
/** For the file, and for data of a tenth more. */
const NODE_TYPES = [
  [350, 'cache.t4g.micro'],
  [2_000, 'cache.t4g.medium'],
  [4_300, 'cache.m7g.large'],
  [9_000, 'cache.m7g.xlarge'],
] as const

/** Snapshots and what is made from them, each beside the same done by hand on the same data; alternately. */
export async function measureSnapshots(
  bench: SnapshotBench,
  comparisons: Comparison[],
  readings: Reading[],
): Promise<void> {
  const { installation, later, wants, megabytes, say } = bench
  const groups = new SnapshottedGroups(installation, nodeTypeFor(megabytes))
  const group = await groups.create()
  const keys = await fillCache({ port: group.port }, megabytes)
  say(`${megabytes} MB in ${keys} keys`)
  await groups.snapshot(group.name, 'first')
  const bare = await BareSnapshots.open()
  later.add(() => bare.close())
  await download(installation, 'first', bare.file)
  if (wants('snapshot')) {
    comparisons.push(await compareSnapshots(bench, groups, group.name, bare))
    readings.push(...(await underLoad(bench, groups, group)))
  }
  await groups.remove(group.name)
  if (wants('restore')) comparisons.push(await compareRestores(bench, groups, bare))
}

function nodeTypeFor(megabytes: number): string {
  const found = NODE_TYPES.find(([room]) => megabytes <= room)
  if (found === undefined) throw new Error(`--data-mb is at most ${NODE_TYPES.at(-1)?.[0]}`)
  return found[1]
}

async function compareSnapshots(
  { rounds, megabytes }: SnapshotBench,
  groups: SnapshottedGroups,
  group: string,
  bare: BareSnapshots,
): Promise<Comparison> {
  const [baseline, product]: [number[], number[]] = [[], []]
  const engine = await bare.start()
  for (let round = 0; round < rounds; round += 1) {
    baseline.push(await bare.save(engine))
    await sleep(SETTLE_MS)
    product.push(await groups.snapshot(group, `round-${round}`))
    await sleep(SETTLE_MS)
  }
  await bare.remove(engine)
  return {
    name: 'snapshot',
    what: `${megabytes} MB until available, sealed and loaded / BGSAVE and docker cp`,
    unit: 'ms',
    baseline,
    product,
    goal: { atMost: GOALS.snapshot },
  }
}

async function compareRestores(
  { rounds, megabytes }: SnapshotBench,
  groups: SnapshottedGroups,
  bare: BareSnapshots,
): Promise<Comparison> {
  const [baseline, product]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round += 1) {
    const engine = await bare.start()
    baseline.push(engine.ms)
    await bare.remove(engine)
    await sleep(SETTLE_MS)
    const group = await groups.restore('first')
    product.push(group.ms)
    await groups.remove(group.name)
    await sleep(SETTLE_MS)
  }
  return {
    name: 'restore',
    what: `${megabytes} MB from a snapshot until PONG / the same engine by hand on the same file`,
    unit: 'ms',
    baseline,
    product,
    goal: { atMost: GOALS.restore },
  }
}

/** What a snapshot of a primary, which has no replica to be read instead, costs those whom it serves meanwhile. */
async function underLoad(
  { installation }: SnapshotBench,
  groups: SnapshottedGroups,
  { name, port }: { name: string; port: number },
): Promise<Reading[]> {
  const load = new MeasuredLoad({ port })
  try {
    await sleep(SETTLE_MS)
    const [beforeMs, before] = [performance.now(), await memoryByKind(installation.label)]
    await sleep(CALM_MS)
    const begunMs = performance.now()
    const watch = new MemoryWatch(installation.label)
    await groups.snapshot(name, 'under-load')
    const calm = load.between(beforeMs, begunMs)
    const busy = load.between(begunMs, performance.now())
    return [latencyReading(calm, busy, load.failed), memoryReading(before, await watch.stop())]
  } finally {
    await load.stop()
  }
}

function latencyReading(calm: readonly number[], busy: readonly number[], failed: number): Reading {
  const [before, during] = [percentile(calm, 0.99), percentile(busy, 0.99)]
  const ratio = (during / before).toFixed(1)
  return {
    name: 'snapshot',
    what: `p99 of requests during / before, and failures among ${busy.length}`,
    value: `${during.toFixed(1)} / ${before.toFixed(1)} ms = ${ratio}, ${failed} failed`,
    goal: '0 failed',
    isMet: failed === 0,
  }
}

function memoryReading(before: ReadonlyMap<string, number>, peaks: ReadonlyMap<string, number>): Reading {
  const node = before.get('node') ?? 0
  const more = (peaks.get('node') ?? 0) - node
  const trial = peaks.get('trial') ?? 0
  return {
    name: 'snapshot',
    what: 'memory meanwhile, of the node and of the engine that proves the file',
    value: `${more.toFixed(0)} MB more than ${node.toFixed(0)}, and ${trial.toFixed(0)} MB`,
    goal: 'no more than twice the node',
    isMet: more <= node && trial <= 1.5 * node,
  }
}

async function download(installation: SecondInstallation, snapshotName: string, file: string): Promise<void> {
  const response = await fetch(`${installation.url}/v1/snapshots/${snapshotName}/export`, {
    headers: { authorization: `Bearer ${installation.env().CACHEPLANE_TOKEN ?? ''}` },
  })
  if (response.status !== 200 || response.body === null) throw new Error(`no export: ${response.status}`)
  await pipeline(Readable.fromWeb(response.body), createWriteStream(file))
}
