import { setTimeout as sleep } from 'node:timers/promises'
import { Canary } from '../support/canary.ts'
import { NODE_FAULTS } from '../support/node-faults.ts'
import { DEADLINES } from './deadlines.ts'
import type { Victim } from './faults.ts'
import { containersOf } from './harness/containers.ts'
import type { Cache } from './harness/customer.ts'
import { isAccepted } from './harness/is-accepted.ts'
import { keptIn, takeSnapshot, type KeptSnapshot } from './harness/kept-snapshot.ts'
import { waitFor } from './harness/wait-for.ts'

type Fault = (victim: Victim) => Promise<void>

/** Within which the middle of the work is hit, wherever it is then. */
const MIDDLE_MS = 2_500
/** Replication is asynchronous: what was acknowledged within this time before a fault may be lost with the primary. */
const LAG_MS = 1_000

interface RollingChange {
  from: Pick<Cache, 'runs'>
  to: object
}

const LARGER: RollingChange = { from: {}, to: { cacheNodeType: 'cache.t4g.small' } }
/** Its nodes are of another engine afterwards, and each copies one of the version before. */
const UPGRADE: RollingChange = {
  from: { runs: { engine: 'redis', engineVersion: '7.0' } },
  to: { engine: 'valkey', engineVersion: '8.1' },
}

const killWorker: Fault = ({ service }) => service.send('worker', 'SIGKILL')
const losePrimary: Fault = async ({ guarded }) => {
  await guarded.harm('process killed', await guarded.group.primary())
}

/** Long work of the service, hit somewhere in its middle; each returns when that is over and what came of it was looked at. */
export const WORK_MENU = {
  'worker killed in a snapshot': inSnapshot(killWorker),
  'primary lost in a snapshot': inSnapshot(losePrimary),
  'worker killed in a restore': inRestore(killWorker),
  'node lost in a restore': inRestore(loseAnyNode),
  'worker killed in a rolling change': inRollingChange(LARGER, killWorker),
  'node lost in a rolling change': inRollingChange(LARGER, loseAnyNode),
  'worker killed in an upgrade': inRollingChange(UPGRADE, killWorker),
  'node lost in an upgrade': inRollingChange(UPGRADE, loseAnyNode),
  'worker killed in a rotation': inRotation(killWorker),
  'primary lost in a rotation': inRotation(losePrimary),
  'worker killed in a parameter change': inParameterChange(killWorker),
  'primary lost in a parameter change': inParameterChange(losePrimary),
} satisfies Record<string, Fault>

async function inTheMiddle(victim: Victim, harm: Fault): Promise<void> {
  await sleep(victim.dice.below(MIDDLE_MS))
  await harm(victim)
}

async function loseAnyNode({ service, dice }: Victim): Promise<void> {
  const id = dice.pick(await containersOf(service))
  // It may have gone by itself in between.
  if (id !== undefined) await NODE_FAULTS['process killed'](id).catch(() => undefined)
}

function inSnapshot(harm: Fault): Fault {
  return async (victim) => {
    const { guarded, customer } = victim
    const written = guarded.canary.valuesOlderThan(LAG_MS)
    const taking = takeSnapshot(customer, guarded.cache.name)
    await inTheMiddle(victim, harm)
    const snapshot = await taking
    // What could not be taken leaves nothing, and is asked for again; whatever is kept is whole.
    if (snapshot.isKept) await removed(victim, await comparedWith(victim, snapshot, written))
    else victim.snapshots.failed += 1
    await snapshot.remove()
  }
}

function inRestore(harm: Fault): Fault {
  return async (victim) => {
    const { guarded, customer } = victim
    const written = guarded.canary.valuesOlderThan(LAG_MS)
    const snapshot = await takeSnapshot(customer, guarded.cache.name)
    if (!snapshot.isKept) throw new Error(`a snapshot of ${guarded.cache.name} failed without a fault`)
    const [cache] = await Promise.all([comparedWith(victim, snapshot, written), inTheMiddle(victim, harm)])
    await removed(victim, cache)
    await snapshot.remove()
  }
}

/** Returns a group that was made of the snapshot, and has everything that had been written. */
async function comparedWith(victim: Victim, { name }: KeptSnapshot, written: string[]): Promise<Cache> {
  const cache = await keptIn(victim.customer, name, written)
  victim.snapshots.whole += 1
  return cache
}

/** Of a group of its own, whose nodes get other ports. */
function inRollingChange({ from, to }: RollingChange, harm: Fault): Fault {
  return async (victim) => {
    const { customer } = victim
    const name = `rolling-${victim.dice.below(1_000_000)}`
    const cache: Cache = { kind: 'replication-group', name, nodes: 2, takesOver: true, ...from }
    await customer.create(cache)
    await customer.isServed(cache)
    const canary = new Canary(await customer.target(await customer.portOf(cache)))
    const change = { ...to, applyImmediately: true }
    await isAccepted(() => customer.ask('PATCH', `/v1/replication-groups/${cache.name}`, change))
    await inTheMiddle(victim, harm)
    const harmedAtMs = performance.now()
    await customer.changed(cache)
    await canary.stop()
    const lost = (await canary.lost()).filter(
      ({ atMs }) => atMs < harmedAtMs - LAG_MS || atMs > harmedAtMs + LAG_MS,
    )
    await removed(victim, cache)
    if (lost.length > 0) throw new Error(`${lost.length} acknowledged writes are lost in a rolling change`)
  }
}

/** To another token and back, while the clients go on with the one that they have. */
function inRotation(harm: Fault): Fault {
  return async (victim) => {
    const { guarded, customer } = victim
    const { path } = guarded.group
    const update = (authToken: string, authTokenUpdateStrategy: 'SET' | 'ROTATE') =>
      isAccepted(() =>
        customer.ask('PATCH', path, { authToken, authTokenUpdateStrategy, applyImmediately: true }),
      )
    const other = [...customer.canary].reverse().join('')
    await update(other, 'ROTATE')
    await inTheMiddle(victim, harm)
    await customer.becomes(guarded.cache, 'available')
    const port = await customer.portOf(guarded.cache)
    await customer.isLetIn(port, other)
    await update(customer.canary, 'ROTATE')
    await customer.becomes(guarded.cache, 'available')
    await update(customer.canary, 'SET')
    await customer.becomes(guarded.cache, 'available')
    await customer.isLetIn(port, customer.canary)
  }
}

const PARAMETERS = 'chaos'

function inParameterChange(harm: Fault): Fault {
  return async (victim) => {
    const { guarded, customer, dice } = victim
    const path = `/v1/parameter-groups/${PARAMETERS}`
    const wish = {
      cacheParameterGroupName: PARAMETERS,
      cacheParameterGroupFamily: 'valkey8',
      description: 'chaos',
    }
    if ((await customer.ask('GET', path)).status === 404)
      await customer.ask('POST', '/v1/parameter-groups', wish)
    const attach = { cacheParameterGroupName: PARAMETERS, applyImmediately: true }
    await isAccepted(() => customer.ask('PATCH', guarded.group.path, attach))
    const value = String(60 + dice.below(1_000))
    const parameterNameValues = [{ parameterName: 'slowlog-max-len', parameterValue: value }]
    await isAccepted(() => customer.ask('PATCH', path, { parameterNameValues }))
    await inTheMiddle(victim, harm)
    await waitFor(
      'every member to know the new value',
      async () => {
        const { body } = await customer.ask('GET', '/v1/cache-clusters')
        return [
          ...body.matchAll(/"cacheParameterGroupName":"chaos","parameterApplyStatus":"([a-z-]+)"/g),
        ].map(([, status]) => status)
      },
      (seen) => seen.length === 3 && seen.every((status) => status === 'in-sync'),
      DEADLINES.settled,
    )
  }
}

async function removed({ customer }: Victim, cache: Cache): Promise<void> {
  await customer.delete(cache)
  await customer.becomes(cache, 'gone')
}
