import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Dice } from '../simulation/dice.ts'
import { FAULT_NAMES, type FaultName } from './faults.ts'
import { Customer } from './harness/customer.ts'
import { DockerProxy } from './harness/docker-proxy.ts'
import { FullService } from './harness/full-service.ts'
import { WatchedGroup } from './harness/watched-group.ts'
import { runHosts } from './hosts/run-hosts.ts'
import { Rounds } from './rounds.ts'
import { Urn } from './urn.ts'
import { weighted } from './weighted.ts'

const USAGE = `npm run chaos -- [--seed <number>] [--faults <number>] [--only <fault>] [--hosts]\nFaults: ${FAULT_NAMES.join(', ')}`

/** One real installation, one fault after the other in the midst of creations, deletions and writes. Returns the exit code. */
async function main(seed: number, faults: number, only: readonly FaultName[]): Promise<number> {
  console.log(`Seed ${seed}, ${faults} faults: the same seed draws the same faults and wishes again.`)
  const proxy = await DockerProxy.start(join(tmpdir(), `cp-${randomBytes(6).toString('hex')}.sock`))
  const service = await FullService.start(proxy.address)
  let isStopping = false
  process.once('SIGINT', () => (isStopping = true))
  const groups: WatchedGroup[] = []
  try {
    const customer = new Customer(service)
    const guarded = await WatchedGroup.create(service, customer, { name: 'guarded', takesOver: true })
    groups.push(guarded)
    const byHand = await WatchedGroup.create(service, customer, { name: 'by-hand' })
    groups.push(byHand)
    const dice = new Dice(seed)
    const victim = { service, proxy, dice, customer, guarded, byHand, snapshots: { whole: 0, failed: 0 } }
    const rounds = new Rounds(victim, new Urn(weighted(only), dice))
    for (let i = 1; i <= faults && !isStopping; i += 1) console.log(`${i}. ${await rounds.play()}`)
    console.log(`At the end: ${await rounds.clearAway()}`)
    const vanished = await Promise.all(groups.map(({ canary }) => canary.lostSince()))
    console.table(rounds.ledger.table())
    console.table({ seed, ...rounds.tally(), 'lost afterwards': vanished.reduce((a, b) => a + b, 0) })
    return rounds.violations.length === 0 ? 0 : 1
  } finally {
    await Promise.all(groups.map((group) => group.stop()))
    await service.clear()
    await proxy.close()
  }
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    faults: { type: 'string' },
    only: { type: 'string', multiple: true },
    // Zones on hosts of their own, which fail as a whole.
    hosts: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed ?? randomBytes(2).readUInt16BE())
const faults = Number(values.faults ?? 20)
const only = FAULT_NAMES.filter((name) => values.only === undefined || values.only.includes(name))
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(faults) || only.length === 0) {
  console.error(USAGE)
  process.exit(2)
}
process.exitCode = await (values.hosts ? runHosts(seed, faults) : main(seed, faults, only))
