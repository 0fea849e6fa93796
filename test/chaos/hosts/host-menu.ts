import { setTimeout as sleep } from 'node:timers/promises'
import type { Dice } from '../../simulation/dice.ts'
import type { PrivateEngine } from '../../support/private-engines/private-engine.ts'
import type { PrivateHosts } from '../../support/private-engines/private-hosts.ts'
import type { Member } from '../../support/replicated-group.ts'
import type { LooseService } from '../harness/loose-service.ts'
import type { Program } from '../harness/program.ts'
import type { WatchedGroup } from '../harness/watched-group.ts'

/** A zone for each host, in their order. */
export const ZONES = ['eu-1a', 'eu-1b', 'eu-1c'] as const

export interface HostVictim {
  hosts: PrivateHosts
  service: LooseService
  /** Those that run now; whoever ends is followed by another. */
  workers: Program[]
  watched: WatchedGroup
  dice: Dice
}

const [SHORT_MS, LONG_MS] = [1_000, 12_000]

/** Each does its harm to a host and returns once nothing keeps the service from recovering. */
export const HOST_MENU = {
  'primary host loses power': async (victim) => losePower(victim, await primaryHost(victim)),
  'replica host loses power': async (victim) => losePower(victim, await replicaHost(victim)),
  'any host loses power': async (victim) => losePower(victim, anyHost(victim)),
  'two hosts lose power': async (victim) => {
    const [one, other] = [await primaryHost(victim), await replicaHost(victim)]
    await Promise.all([losePower(victim, one), losePower(victim, other)])
  },
  'primary host and workers lost': async (victim) => {
    const host = await primaryHost(victim)
    for (const worker of victim.workers) worker.send('SIGKILL')
    await losePower(victim, host)
  },
  'primary host cut off': async (victim) => cutOff(victim, await primaryHost(victim)),
  'replica host cut off': async (victim) => cutOff(victim, await replicaHost(victim)),
  'link of a host flaps': async (victim) => {
    const host = anyHost(victim)
    for (let i = 0; i < 4; i += 1) {
      await host.cutOff()
      await sleep(victim.dice.below(SHORT_MS))
      await host.reconnect()
      await sleep(victim.dice.below(SHORT_MS))
    }
  },
  'docker of the primary frozen': async (victim) => freezeDocker(victim, await primaryHost(victim)),
  'docker of any host frozen': async (victim) => freezeDocker(victim, anyHost(victim)),
  'docker of the primary crashes': async (victim) => {
    await (await primaryHost(victim)).crashDocker(victim.dice.below(LONG_MS))
  },
  'docker frozen and primary lost': async (victim) => {
    const member = await victim.watched.group.primary()
    const host = hostOf(victim, member)
    const id = await containerAt(host, member)
    await host.freezeDocker()
    // Its process alone: Docker cannot be asked, and the kernel still answers for the host.
    if (id !== null) process.kill(id, 'SIGKILL')
    await sleep(SHORT_MS + victim.dice.below(LONG_MS))
    await host.thawDocker()
  },
  'worker killed': async ({ workers, dice }) => dice.pick(workers)?.send('SIGKILL'),
} satisfies Record<string, (victim: HostVictim) => Promise<void>>

export type HostFault = keyof typeof HOST_MENU
export const HOST_FAULTS = Object.keys(HOST_MENU) as HostFault[]

async function losePower({ dice }: HostVictim, host: PrivateEngine): Promise<void> {
  await host.powerOff()
  await sleep(SHORT_MS + dice.below(LONG_MS))
  await host.powerOn()
}

async function cutOff({ dice }: HostVictim, host: PrivateEngine): Promise<void> {
  await host.cutOff()
  await sleep(SHORT_MS + dice.below(LONG_MS))
  await host.reconnect()
}

async function freezeDocker({ dice }: HostVictim, host: PrivateEngine): Promise<void> {
  await host.freezeDocker()
  await sleep(SHORT_MS + dice.below(LONG_MS))
  await host.thawDocker()
}

async function primaryHost(victim: HostVictim): Promise<PrivateEngine> {
  return hostOf(victim, await victim.watched.group.primary())
}

async function replicaHost(victim: HostVictim): Promise<PrivateEngine> {
  const replica = victim.dice.pick(await victim.watched.group.replicas())
  return replica === undefined ? anyHost(victim) : hostOf(victim, replica)
}

function anyHost({ hosts, dice }: HostVictim): PrivateEngine {
  return hosts.at(dice.below(hosts.engines.length))
}

function hostOf({ hosts }: HostVictim, { zone }: Member): PrivateEngine {
  return hosts.at(ZONES.findIndex((name) => name === zone))
}

/** The id of the member's process; null when it does not run. */
async function containerAt({ docker }: PrivateEngine, { cacheClusterId }: Member): Promise<number | null> {
  const found = await docker.listContainers({ filters: { name: [`cacheplane-${cacheClusterId}-0001-`] } })
  const [first] = found
  if (first === undefined) return null
  return (await docker.getContainer(first.Id).inspect()).State.Pid
}
