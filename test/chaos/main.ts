import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Dice } from '../simulation/dice.ts'
import { FAULT_NAMES } from './faults.ts'
import { DockerProxy } from './harness/docker-proxy.ts'
import { FullService } from './harness/full-service.ts'
import { Rounds } from './rounds.ts'

const { values } = parseArgs({ options: { seed: { type: 'string' }, faults: { type: 'string' } } })
const seed = Number(values.seed ?? randomBytes(2).readUInt16BE())
const faults = Number(values.faults ?? 20)
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(faults)) {
  throw new Error('npm run chaos -- [--seed <number>] [--faults <number>]')
}

/** One real installation, one fault after the other in the midst of creations and deletions. Returns the exit code. */
async function main(): Promise<number> {
  console.log(`seed ${seed}: ${faults} faults; the same seed gives the same faults and wishes in the same order`)
  const proxy = await DockerProxy.start(join(tmpdir(), `cp-${randomBytes(6).toString('hex')}.sock`))
  const service = await FullService.start(proxy.address)
  const rounds = new Rounds({ service, proxy, dice: new Dice(seed) })
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  try {
    for (let i = 1; i <= faults && !stop.signal.aborted; i += 1) console.log(`${i}. ${await rounds.play(FAULT_NAMES)}`)
    console.log(`last. ${await rounds.clearAway()}`)
    console.table({ seed, ...rounds.tally() })
    return rounds.violations.length === 0 ? 0 : 1
  } finally {
    await service.clear()
    await proxy.close()
  }
}

process.exitCode = await main()
