import { setTimeout as sleep } from 'node:timers/promises'
import { Canary, longestGap } from '../support/canary.ts'
import type { ReplicatedGroup } from '../support/replicated-group.ts'
import type { SecondInstallation } from '../support/second-installation.ts'
import { percentileReading, type Reading } from './report.ts'
import { serviceGroup } from './service-group.ts'
import { median } from './statistics.ts'

const WRITERS = 8
const UPGRADES = [
  { engine: 'redis', engineVersion: '7.0' },
  { engine: 'valkey', engineVersion: '8.1' },
]
const OVER_WITHIN_MS = 180_000
const LOOK_EVERY_MS = 100
const BEFORE_MS = 300

/** Rolling upgrades of a group of three under writers: the gap that each of them sees, what is lost, and how long it takes. */
export async function measureUpgrade(
  installation: SecondInstallation,
  rounds: number,
  say: (message: string) => void,
): Promise<Reading[]> {
  const gaps: number[] = []
  const durations: number[] = []
  let [written, lost] = [0, 0]
  for (let round = 0; round < rounds; round += 1) {
    const runs = { engine: 'redis', engineVersion: '6.0' }
    const group = await serviceGroup(installation, `upgraded-${round + 1}`, true, runs)
    const canary = new Canary({ port: (await group.state()).primaryPort }, { writers: WRITERS, pauseMs: 2 })
    try {
      for (const upgrade of UPGRADES) {
        await sleep(BEFORE_MS)
        const begunMs = performance.now()
        durations.push(await upgradeTo(installation, group, upgrade))
        await sleep(BEFORE_MS)
        for (let writer = 0; writer < WRITERS; writer += 1) {
          const own = canary.acks.filter((ack) => ack.writer === writer)
          gaps.push(longestGap(own, begunMs))
        }
      }
      written += canary.acks.length
      lost += (await canary.lost()).length
    } finally {
      await canary.stop()
    }
    await installation.request('DELETE', group.path)
  }
  say(`upgrade: a median of ${(median(durations) / 1_000).toFixed(1)} s for three nodes, one after the other`)
  return [
    percentileReading('upgrade', 'longest time that a client waits', gaps, { p50: 100, p99: 500 }),
    {
      name: 'upgrade',
      what: `acknowledged and lost, of ${written} writes of ${WRITERS} clients`,
      value: String(lost),
      goal: '0',
      isMet: lost === 0,
    },
  ]
}

/** Milliseconds until every node runs it. */
async function upgradeTo(
  installation: SecondInstallation,
  group: ReplicatedGroup,
  upgrade: object,
): Promise<number> {
  const begunMs = performance.now()
  const change = { ...upgrade, applyImmediately: true }
  const { status, body } = await installation.request('PATCH', group.path, change, '')
  if (status !== 202) throw new Error(`no upgrade: ${status} ${JSON.stringify(body)}`)
  for (;;) {
    if ((await group.state()).status === 'available') return performance.now() - begunMs
    if (performance.now() - begunMs > OVER_WITHIN_MS) throw new Error(`${group.name} is not upgraded`)
    await sleep(LOOK_EVERY_MS)
  }
}
