import { setTimeout as sleep } from 'node:timers/promises'
import { Canary, longestGap } from '../support/canary.ts'
import type { ReplicatedGroup } from '../support/replicated-group.ts'
import type { SecondInstallation } from '../support/second-installation.ts'
import { percentileReading, type Reading } from './report.ts'

const WRITERS = 4
const WHOLE_WITHIN_MS = 60_000
const BEFORE_MS = 300

/** Planned switches under writers: the gap that one of them sees, and what was acknowledged and is not there. */
export async function measureSwitch(
  installation: SecondInstallation,
  group: ReplicatedGroup,
  rounds: number,
): Promise<Reading[]> {
  const { primaryPort } = await group.state()
  const canary = new Canary({ port: primaryPort }, { writers: WRITERS, pauseMs: 2 })
  const gaps: number[] = []
  try {
    for (let round = 0; round < rounds; round += 1) {
      await sleep(BEFORE_MS)
      const [next] = await group.replicas()
      const before = await group.failovers()
      const begunMs = performance.now()
      const change = { primaryClusterId: next?.cacheClusterId, applyImmediately: true }
      const { status, body } = await installation.request('PATCH', group.path, change, '')
      if (status !== 202) throw new Error(`no switch: ${status} ${JSON.stringify(body)}`)
      await group.isWholeAfter(before, WHOLE_WITHIN_MS)
      await sleep(BEFORE_MS)
      const seen = canary.acks.filter(({ writer }) => writer === 0)
      gaps.push(longestGap(seen, begunMs))
    }
    const lost = await canary.lost()
    return [
      percentileReading('switch', 'longest time that a client waits', gaps, { p50: 50, p99: 300 }),
      {
        name: 'switch',
        what: `acknowledged and lost, of ${canary.acks.length} writes of ${WRITERS} clients`,
        value: String(lost.length),
        goal: '0',
        isMet: lost.length === 0,
      },
    ]
  } finally {
    await canary.stop()
  }
}
