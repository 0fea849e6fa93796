import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Dice } from '../simulation/dice.ts'
import { FAULT_NAMES, type FaultName } from './faults.ts'
import { DockerProxy } from './harness/docker-proxy.ts'
import { FullService } from './harness/full-service.ts'
import { Rounds } from './rounds.ts'

const USAGE = `npm run chaos -- [--seed <number>] [--faults <number>] [--only <fault>]\nFaults: ${FAULT_NAMES.join(', ')}`

/** One real installation, one fault after the other in the midst of creations and deletions. Returns the exit code. */
async function main(seed: number, faults: number, only: readonly FaultName[]): Promise<number> {
  console.log(`Seed ${seed}, ${faults} faults: the same seed draws the same faults and wishes again.`)
  const proxy = await DockerProxy.start(join(tmpdir(), `cp-${randomBytes(6).toString('hex')}.sock`))
  const service = await FullService.start(proxy.address)
  let isStopping = false
  process.once('SIGINT', () => (isStopping = true))
  try {
    const rounds = new Rounds({ service, proxy, dice: new Dice(seed) }, only)
    for (let i = 1; i <= faults && !isStopping; i += 1) console.log(`${i}. ${await rounds.play()}`)
    console.log(`At the end: ${await rounds.clearAway()}`)
    console.table({ seed, ...rounds.tally() })
    return rounds.violations.length === 0 ? 0 : 1
  } finally {
    await service.clear()
    await proxy.close()
  }
}

const { values } = parseArgs({
  options: { seed: { type: 'string' }, faults: { type: 'string' }, only: { type: 'string', multiple: true } },
})
const seed = Number(values.seed ?? randomBytes(2).readUInt16BE())
const faults = Number(values.faults ?? 20)
const only = FAULT_NAMES.filter((name) => values.only === undefined || values.only.includes(name))
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(faults) || only.length === 0) {
  console.error(USAGE)
  process.exit(2)
}
process.exitCode = await main(seed, faults, only)
