import type { SecondInstallation } from '../support/second-installation.ts'
import {
  compareFailover,
  describePhases,
  failoverReadings,
  hangReadings,
  losePrimaries,
  measureSentinel,
  redundancyReadings,
} from './failover.ts'
import type { Later } from './later.ts'
import type { Section } from './options.ts'
import type { Comparison, Reading } from './report.ts'
import { measureSessions } from './patterns/sessions.ts'
import { serviceGroup } from './service-group.ts'
import { measureSwitch } from './switch.ts'
import { measureThroughput } from './throughput.ts'
import { measureUpgrade } from './upgrade.ts'

const ROUNDS = { failover: 20, hang: 10, switch: 20, upgrade: 3, throughput: 3, sessions: 5 } as const

export const REPLICATION_SECTIONS = [
  'failover',
  'redundancy',
  'hang',
  'switch',
  'upgrade',
  'throughput',
  'sessions',
] as const

interface Bench {
  installation: SecondInstallation
  later: Later
  wants: (section: Section) => boolean
  /** Null leaves each section its own number. */
  rounds: number | null
  say: (message: string) => void
}

/** Everything about groups with replicas, on one group that is guarded and one that is switched by hand. */
export async function measureReplication(
  bench: Bench,
  comparisons: Comparison[],
  readings: Reading[],
): Promise<void> {
  const { installation, wants, say } = bench
  const rounds = (section: keyof typeof ROUNDS): number => bench.rounds ?? ROUNDS[section]
  if (wants('failover') || wants('redundancy') || wants('hang') || wants('sessions'))
    await loseSome(bench, rounds, comparisons, readings)
  if (wants('switch') || wants('throughput')) {
    const group = await serviceGroup(installation, 'by-hand', false)
    if (wants('throughput')) {
      say(`throughput: ${rounds('throughput')} rounds`)
      comparisons.push(await measureThroughput(group, 1, rounds('throughput')))
      comparisons.push(await measureThroughput(group, 16, rounds('throughput')))
    }
    if (wants('switch')) {
      say(`switch: ${rounds('switch')} rounds`)
      readings.push(...(await measureSwitch(installation, group, rounds('switch'))))
    }
    await installation.request('DELETE', group.path)
  }
  if (wants('upgrade')) {
    say(`upgrade: ${rounds('upgrade')} rounds`)
    readings.push(...(await measureUpgrade(installation, rounds('upgrade'), say)))
  }
}

async function loseSome(
  { installation, later, wants, say }: Bench,
  rounds: (section: 'failover' | 'hang' | 'sessions') => number,
  comparisons: Comparison[],
  readings: Reading[],
): Promise<void> {
  const group = await serviceGroup(installation, 'guarded', true)
  if (wants('failover') || wants('redundancy')) {
    say(`failover: ${rounds('failover')} rounds`)
    const lost = await losePrimaries(group, 'process killed', rounds('failover'))
    say(describePhases(lost.timelines))
    if (wants('redundancy')) readings.push(...redundancyReadings(lost))
    if (wants('failover')) {
      readings.push(...failoverReadings(lost))
      comparisons.push(compareFailover(await measureSentinel(later, rounds('failover')), lost))
    }
  }
  if (wants('sessions')) {
    say(`sessions: ${rounds('sessions')} rounds`)
    readings.push(await measureSessions(group, later, rounds('sessions')))
  }
  if (wants('hang')) {
    say(`hang: ${rounds('hang')} rounds`)
    const lost = await losePrimaries(group, 'container paused', rounds('hang'))
    say(describePhases(lost.timelines))
    readings.push(...hangReadings(lost))
  }
  await installation.request('DELETE', group.path)
}
