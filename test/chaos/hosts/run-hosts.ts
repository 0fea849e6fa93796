import { Dice } from '../../simulation/dice.ts'
import { DOCKER_ADDRESS } from '../../support/docker.ts'
import { PrivateHosts, whyNoHosts } from '../../support/private-engines/private-hosts.ts'
import { serveFreshDatabases } from '../../support/template-db.ts'
import { check } from '../harness/check.ts'
import { Customer } from '../harness/customer.ts'
import { LooseService } from '../harness/loose-service.ts'
import type { Program } from '../harness/program.ts'
import { WatchedGroup } from '../harness/watched-group.ts'
import { Ledger } from '../ledger.ts'
import { LoadRange } from '../load-range.ts'
import { Urn } from '../urn.ts'
import { HOST_FAULTS, HOST_MENU, ZONES, type HostVictim } from './host-menu.ts'

const WORKERS = 2

/** A group over three hosts of its own, whose hosts fail one after the other. Returns the exit code. */
export async function runHosts(seed: number, faults: number): Promise<number> {
  const obstacle = await whyNoHosts()
  if (obstacle !== null) throw new Error(`no hosts can be made: ${obstacle}`)
  const server = await serveFreshDatabases()
  const hosts = await PrivateHosts.open(ZONES.length)
  try {
    return await onHosts(hosts, seed, faults)
  } finally {
    await hosts.close()
    await server.remove()
  }
}

async function onHosts(hosts: PrivateHosts, seed: number, faults: number): Promise<number> {
  const zones = hosts.engines.map(({ socket, address }, i) => `${ZONES[i]}=unix://${socket}#${address}`)
  const service = await LooseService.start(DOCKER_ADDRESS, zones.join(','))
  try {
    const workers = Array.from({ length: WORKERS }, () => service.startWorker())
    for (const worker of workers) replaceAtEnd(service, workers, worker)
    await service.isReady()
    const customer = new Customer(service)
    const watched = await WatchedGroup.create(service, customer, { name: 'orders', takesOver: true })
    const victim = { hosts, service, workers, watched, dice: new Dice(seed) }
    return await play(victim, customer, faults).finally(() => watched.stop())
  } finally {
    await service.clear()
  }
}

/** Supervision: what ends comes back at once. */
function replaceAtEnd(service: LooseService, workers: Program[], worker: Program): void {
  void worker.ended.then(() => {
    const next = service.replace()
    if (next === null) return
    workers.splice(workers.indexOf(worker), 1, next)
    replaceAtEnd(service, workers, next)
  })
}

async function play(victim: HostVictim, customer: Customer, faults: number): Promise<number> {
  const { watched, service, dice } = victim
  const ledger = new Ledger()
  const load = new LoadRange()
  const faultsToCome = new Urn(HOST_FAULTS, dice)
  let broken = 0
  for (let round = 1; round <= faults; round += 1) {
    const fault = faultsToCome.draw()
    const violations: string[] = []
    const note = async (work: Promise<unknown>): Promise<void> => {
      await work.catch((error: unknown) => violations.push(String(error)))
    }
    watched.harmedAtMs = performance.now()
    await note(HOST_MENU[fault](victim))
    const overMs = performance.now()
    await note(customer.isServed(watched.cache))
    const restedMs = performance.now() - overMs
    ledger.rested(fault, restedMs)
    load.note()
    await note(check(service, customer).then((found) => violations.push(...found)))
    await note(ledger.enter(fault, watched, true).then((found) => violations.push(...found)))
    broken += violations.length
    console.log(
      `${round}. ${fault}; at rest after ${(restedMs / 1_000).toFixed(1)} s: ${violations.join('\n   ') || 'ok'}`,
    )
  }
  console.table(ledger.table())
  const lostAfterwards = await watched.canary.lostSince()
  console.table({
    seed: dice.seed,
    rounds: faults,
    violations: broken,
    load: String(load),
    'lost afterwards': lostAfterwards,
  })
  return broken === 0 ? 0 : 1
}
