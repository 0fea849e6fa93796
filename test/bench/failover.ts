import { loadavg } from 'node:os'
import { docker } from '../support/docker.ts'
import { NODE_FAULTS } from '../support/node-faults.ts'
import type { Failover, ReplicatedGroup } from '../support/replicated-group.ts'
import type { Later } from './later.ts'
import type { Comparison, Reading } from './report.ts'
import { SentinelGroup } from './sentinel-group.ts'
import { percentileReading } from './report.ts'
import { SteadyWriter } from './steady-writer.ts'

const WHOLE_WITHIN_MS = 60_000
const SENTINEL_ROUNDS_MAX = 5
const TIMES_FASTER = 15

export interface Lost {
  /** From the fault to the first acknowledged write through the endpoint, in milliseconds. */
  writableMs: number[]
  /** From the fault until the group is available again. */
  wholeMs: number[]
  timelines: Failover[]
}

export type Harm = 'process killed' | 'container paused'

/** Takes the primary away, time and again, under a client that retries every 10 ms. */
export async function losePrimaries(group: ReplicatedGroup, harm: Harm, rounds: number): Promise<Lost> {
  const lost: Lost = { writableMs: [], wholeMs: [], timelines: [] }
  const { primaryPort } = await group.state()
  const writer = new SteadyWriter(async () => ({ port: primaryPort }))
  try {
    // The first round warms up and does not count.
    for (let round = 0; round <= rounds; round += 1) {
      const { runId } = await writer.untilWritten()
      const before = await group.failovers()
      const container = await group.containerOf(await group.primary())
      const begunMs = await begin(harm, container)
      const { atMs } = await writer.untilWritten(runId)
      const timeline = await group.isWholeAfter(before, WHOLE_WITHIN_MS)
      if (round === 0) continue
      lost.writableMs.push(atMs - begunMs)
      lost.wholeMs.push(performance.now() - begunMs)
      lost.timelines.push(timeline)
    }
  } finally {
    writer.close()
  }
  return lost
}

/** Returns when the harm began. What Docker needs to look up a process does not count; what it needs to freeze one does. */
async function begin(harm: Harm, container: string): Promise<number> {
  if (harm === 'process killed') return killProcess(container)
  const begunMs = performance.now()
  await NODE_FAULTS[harm](container)
  return begunMs
}

async function killProcess(container: string): Promise<number> {
  const { State } = await docker.getContainer(container).inspect()
  const begunMs = performance.now()
  process.kill(State.Pid, 'SIGKILL')
  return begunMs
}

/** The same with Sentinel: milliseconds from the fault to the first acknowledged write. */
export async function measureSentinel(later: Later, rounds: number): Promise<number[]> {
  const sentinels = new SentinelGroup()
  later.add(() => sentinels.remove())
  await sentinels.start()
  const writer = new SteadyWriter(sentinels.where)
  const took: number[] = []
  try {
    for (let round = 0; round < Math.min(rounds, SENTINEL_ROUNDS_MAX); round += 1) {
      const { runId } = await writer.untilWritten()
      const begunMs = await killProcess(await sentinels.primaryContainer())
      const { atMs } = await writer.untilWritten(runId)
      took.push(atMs - begunMs)
      await sentinels.isWhole()
    }
  } finally {
    writer.close()
  }
  await sentinels.remove()
  return took
}

export function compareFailover(sentinel: readonly number[], { writableMs }: Lost): Comparison {
  return {
    name: 'failover',
    what: 'primary killed until a write / Sentinel at 1 s',
    unit: 'ms',
    baseline: sentinel,
    product: writableMs,
    goal: { atMost: Math.round(1_000 / TIMES_FASTER) / 1_000 },
  }
}

export function failoverReadings({ writableMs }: Lost): Reading[] {
  const what = 'primary killed until a write is acknowledged'
  return [percentileReading('failover', what, writableMs, { p50: 120, p99: 400 })]
}

export function hangReadings({ writableMs }: Lost): Reading[] {
  const what = 'primary paused until a write is acknowledged'
  return [percentileReading('hang', what, writableMs, { p50: 800, p99: 1_500 })]
}

export function redundancyReadings({ wholeMs }: Lost): Reading[] {
  const what = 'primary killed until the group is available again'
  return [percentileReading('redundancy', what, wholeMs, { p50: 3_000 })]
}

/** Where the time goes: the median moment of each phase. */
export function describePhases(timelines: readonly Failover[]): string {
  const phases = timelines[0]?.phases.map(({ phase }) => phase) ?? []
  const at = (phase: string) =>
    timelines
      .map((one) => one.phases.find((stage) => stage.phase === phase)?.afterMs ?? Number.NaN)
      .sort((a, b) => a - b)
  const medians = phases.map((phase) => `${phase} ${at(phase)[Math.floor(timelines.length / 2)]}`)
  return `median ms of the timeline: ${medians.join(', ')}; load ${loadavg()[0]?.toFixed(2)} at the end`
}
