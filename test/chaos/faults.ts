import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { Dice } from '../simulation/dice.ts'
import { docker } from '../support/docker.ts'
import { FAULTS } from './deadlines.ts'
import { GROUP_MENU } from './group-faults.ts'
import { containersOf } from './harness/containers.ts'
import type { Customer } from './harness/customer.ts'
import type { DockerProxy, Silence } from './harness/docker-proxy.ts'
import type { FullService } from './harness/full-service.ts'
import type { WatchedGroup } from './harness/watched-group.ts'
import { WORK_MENU } from './work-faults.ts'

export interface Victim {
  service: FullService
  /** Between the service and its engine. */
  proxy: DockerProxy
  dice: Dice
  customer: Customer
  /** A replica of it takes over by itself. */
  guarded: WatchedGroup
  /** Its primary is switched by hand, and comes back where it was. */
  byHand: WatchedGroup
  /** How many have been found to hold all that was acknowledged, and how many could not be taken. */
  snapshots: { whole: number; failed: number }
}

/** Each does its harm and returns once nothing keeps the service from recovering. */
export const MENU = {
  ...GROUP_MENU,
  ...WORK_MENU,
  'worker killed': ({ service }) => service.send('worker', 'SIGKILL'),
  'api killed': ({ service }) => service.send('api', 'SIGKILL'),
  'both killed': async ({ service }) => {
    await Promise.all([service.send('api', 'SIGKILL'), service.send('worker', 'SIGKILL')])
  },
  'worker frozen': async ({ service }) => {
    await service.send('worker', 'SIGSTOP')
    await sleep(FAULTS.workerFrozen)
    await service.send('worker', 'SIGCONT')
  },
  'queue flushed': async ({ service }) => {
    const queue = new Redis(service.installation.config.QUEUE_URL)
    await queue.flushall()
    queue.disconnect()
  },
  'queue stopped': ({ service }) => settled(service.queueContainer.stop({ t: 0 })),
  'queue frozen': async ({ service }) => {
    await settled(service.queueContainer.pause())
    await sleep(FAULTS.queueFrozen)
    await settled(service.queueContainer.unpause())
  },
  'postgres crashed': ({ service }) => service.crashPostgres(),
  'container removed': (victim) =>
    atContainer(victim, (id) => docker.getContainer(id).remove({ force: true })),
  'container killed': (victim) => atContainer(victim, (id) => docker.getContainer(id).kill()),
  'container restarted': (victim) => atContainer(victim, (id) => docker.getContainer(id).restart({ t: 0 })),
  'container restarted unseen': async (victim) => {
    await victim.service.send('worker', 'SIGKILL')
    await atContainer(victim, (id) => docker.getContainer(id).restart({ t: 0 }))
  },
  'control plane down': async ({ service }) => {
    await service.down()
    await sleep(FAULTS.controlPlaneAway)
    await service.comeBack()
  },
  'engine deaf': (victim) => silence(victim, 'deaf'),
  'engine mute': (victim) => silence(victim, 'mute'),
  'engine cut off': async ({ proxy }) => proxy.cut(),
} satisfies Record<string, (victim: Victim) => Promise<void>>

export type FaultName = keyof typeof MENU
export const FAULT_NAMES = Object.keys(MENU) as FaultName[]

async function silence({ proxy }: Victim, how: Silence): Promise<void> {
  proxy.hang(how)
  await sleep(FAULTS.engineHangs)
  proxy.resume()
}

async function atContainer(
  { service, dice }: Victim,
  harm: (containerId: string) => Promise<unknown>,
): Promise<void> {
  const id = dice.pick(await containersOf(service))
  if (id !== undefined) await settled(harm(id))
}

/** It may have gone by itself in between. */
async function settled(harm: Promise<unknown>): Promise<void> {
  await harm.catch(() => undefined)
}
