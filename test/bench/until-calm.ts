import { setTimeout as sleep } from 'node:timers/promises'
import { docker } from '../support/docker.ts'
import type { SecondInstallation } from '../support/second-installation.ts'

/** As the installation has it by default. */
const SPARES = 16
const LOOK_EVERY_MS = 200
const PATIENCE_MS = 60_000
/** From the last network to its row, and until the machine has nothing left to do. */
const AFTERWARDS_MS = 1_000

/** Waits until an installation without caches has its spare networks back: making them would disturb what is measured next. */
export async function untilCalm({ label }: SecondInstallation): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  const count = async () => (await docker.listNetworks({ filters: { label: [label] } })).length
  while ((await count()) !== SPARES) {
    if (performance.now() > deadline)
      throw new Error(`there are not ${SPARES} spare networks within a minute`)
    await sleep(LOOK_EVERY_MS)
  }
  await sleep(AFTERWARDS_MS)
}
