import { spawn } from 'node:child_process'
import { availableParallelism, loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { Canary, longestGap } from '../support/canary.ts'
import type { SecondInstallation } from '../support/second-installation.ts'
import type { Later } from './later.ts'
import type { Reading } from './report.ts'
import { serviceGroup } from './service-group.ts'

const GROUPS = 3
/** Busy programs for each processor, on top of the service, its nodes and their clients. */
const BUSY_PER_PROCESSOR = 2

/** Primaries that are merely slow, because nobody gets a processor when he wants one: none of them may be replaced. */
export async function measureSaturated(
  installation: SecondInstallation,
  later: Later,
  forSeconds: number,
): Promise<Reading[]> {
  const names = Array.from({ length: GROUPS }, (_, i) => `calm-${i}`)
  const groups = await Promise.all(names.map((name) => serviceGroup(installation, name, true)))
  const states = await Promise.all(groups.map((group) => group.state()))
  const canaries = states.map(
    ({ primaryPort }) => new Canary({ port: primaryPort }, { writers: 1, pauseMs: 20 }),
  )
  const busy = Array.from({ length: BUSY_PER_PROCESSOR * availableParallelism() }, keepBusy)
  const stop = async (): Promise<void> => {
    for (const program of busy) program.kill('SIGKILL')
    await Promise.all(canaries.map((canary) => canary.stop()))
  }
  later.add(stop)
  await sleep(forSeconds * 1_000)
  const [load = 0] = loadavg()
  await stop()
  const failovers = (await Promise.all(groups.map((group) => group.failovers()))).flat()
  const gap = Math.max(...canaries.map(({ acks }) => longestGap(acks)))
  for (const group of groups) await installation.request('DELETE', group.path)
  return [
    {
      name: 'saturated',
      what: `failovers of ${GROUPS} groups in ${forSeconds} s at load ${load.toFixed(1)}; longest time without a write ${gap.toFixed(0)} ms`,
      value: [failovers.length, ...failovers.map(({ cause }) => cause)].join('; '),
      goal: '0',
      isMet: failovers.length === 0,
    },
  ]
}

const keepBusy = () => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' })
