import { setTimeout as sleep } from 'node:timers/promises'
import { docker } from '../support/docker.ts'
import type { NodeFault } from '../support/node-faults.ts'
import { FAULTS } from './deadlines.ts'
import type { Victim } from './faults.ts'
import { containersOf } from './harness/containers.ts'
import { isAccepted } from './harness/is-accepted.ts'

/** What may befall groups with replicas. */
export const GROUP_MENU = {
  'primary process killed': primaryIs('process killed'),
  'primary container killed': primaryIs('container killed'),
  'primary container removed': primaryIs('container removed'),
  'primary container restarted': primaryIs('container restarted'),
  'primary paused': primaryIs('container paused'),
  'primary hangs': primaryIs('process stopped'),
  'primary cut off': primaryIs('network cut'),
  'replica process killed': replicaIs('process killed'),
  'replica paused': replicaIs('container paused'),
  'replica cut off': replicaIs('network cut'),
  'two of three killed': async ({ guarded }) => {
    const [replica] = await guarded.group.replicas()
    await guarded.harm('process killed', await guarded.group.primary(), ...(replica ? [replica] : []))
  },
  'unguarded primary killed': async ({ byHand }) => {
    await byHand.harm('process killed', await byHand.group.primary())
  },
  'primary and worker killed': async (victim) => {
    await Promise.all([primaryIs('process killed')(victim), victim.service.send('worker', 'SIGKILL')])
  },
  'worker frozen in a failover': async (victim) => {
    await primaryIs('process killed')(victim)
    await sleep(victim.dice.below(100))
    await victim.service.send('worker', 'SIGSTOP')
    await sleep(FAULTS.workerFrozenShort)
    await victim.service.send('worker', 'SIGCONT')
  },
  'planned switch': async ({ byHand, customer, dice }) => {
    const next = dice.pick(await byHand.group.replicas())
    const change = { primaryClusterId: next?.cacheClusterId, applyImmediately: true }
    await isAccepted(() => customer.ask('PATCH', byHand.group.path, change))
  },
  'failover tested': async ({ guarded, customer }) => {
    const path = `${guarded.group.path}/test-failover`
    await isAccepted(() => customer.ask('POST', path, { nodeGroupId: '0001' }))
  },
  'edge removed': async ({ service, dice }) => {
    const edge = dice.pick(await containersOf(service, 'edge'))
    if (edge !== undefined) await docker.getContainer(edge).remove({ force: true })
  },
} satisfies Record<string, (victim: Victim) => Promise<void>>

function primaryIs(fault: NodeFault) {
  return async ({ guarded }: Victim): Promise<void> => {
    await guarded.harm(fault, await guarded.group.primary())
  }
}

function replicaIs(fault: NodeFault) {
  return async ({ guarded, dice }: Victim): Promise<void> => {
    const replica = dice.pick(await guarded.group.replicas())
    if (replica !== undefined) await guarded.harm(fault, replica)
  }
}
