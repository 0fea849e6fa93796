import { SecondInstallation } from '../support/second-installation.ts'
import { measureIdle } from './idle.ts'
import { measureKetama } from './ketama.ts'
import { Later } from './later.ts'
import { measureList } from './list.ts'
import { describeMachine } from './machine.ts'
import { parseOptions, USAGE, type Options, type Section } from './options.ts'
import { measurePatterns } from './patterns/measure-patterns.ts'
import { measureProbing } from './probing.ts'
import { measureProvisioning } from './provision.ts'
import { measureReplication, REPLICATION_SECTIONS } from './replication.ts'
import { renderComparisons, renderReadings, type Comparison, type Reading } from './report.ts'
import { measureSaturated } from './saturated.ts'
import { measureSnapshots, SNAPSHOT_SECTIONS } from './snapshots/measure-snapshots.ts'
import { measureZone } from './zone.ts'

const TWELVE = 12
const ROUNDS = { create: 12, twelve: 4, list: 6, snapshots: 3 } as const

interface Results {
  comparisons: Comparison[]
  readings: Reading[]
}

async function main(options: Options, later: Later): Promise<void> {
  console.log(await describeMachine())
  const results: Results = { comparisons: [], readings: [] }
  try {
    await measure(options, later, results)
  } finally {
    // What was measured before a failure is told all the same.
    const { comparisons, readings } = results
    if (comparisons.length > 0) console.log(`\n${renderComparisons(comparisons)}`)
    if (readings.length > 0) console.log(`\n${renderReadings(readings)}`)
  }
}

async function measure(options: Options, later: Later, { comparisons, readings }: Results): Promise<void> {
  const wants = (section: Section) => options.only.includes(section)
  const rounds = (section: keyof typeof ROUNDS) => options.rounds ?? ROUNDS[section]

  if (wants('create') || wants('twelve')) {
    const installation = await install(later)
    for (const [section, count] of [
      ['create', 1],
      ['twelve', TWELVE],
    ] as const) {
      if (!wants(section)) continue
      say(`${section}: ${rounds(section)} rounds`)
      comparisons.push(await measureProvisioning(installation, later, count, rounds(section)))
    }
  }
  if (wants('list')) {
    say(`list: ${rounds('list')} rounds`)
    comparisons.push(await measureList(later, rounds('list')))
  }
  if (REPLICATION_SECTIONS.some(wants)) {
    const installation = await install(later)
    const bench = { installation, later, wants, rounds: options.rounds, say }
    await measureReplication(bench, comparisons, readings)
  }
  if (SNAPSHOT_SECTIONS.some(wants)) {
    const bench = { installation: await install(later), later, wants, rounds: rounds('snapshots') }
    const { dataMegabytes: megabytes } = options
    say(`snapshots: ${bench.rounds} rounds`)
    await measureSnapshots({ ...bench, megabytes, say }, comparisons, readings)
  }
  if (wants('saturated')) {
    const installation = await install(later)
    say(`saturated: ${options.saturatedSeconds} seconds`)
    readings.push(...(await measureSaturated(installation, later, options.saturatedSeconds)))
  }
  if (wants('zone')) {
    say('zone')
    readings.push(await measureZone(later, say))
  }
  if (wants('ketama')) {
    const installation = await install(later)
    say('ketama')
    readings.push(await measureKetama(installation))
  }
  await measurePatterns({ later, wants, rounds: options.rounds, say }, comparisons, readings)
  if (wants('probing')) {
    say('probing')
    readings.push(...(await measureProbing(later)))
  }
  if (wants('idle')) {
    say(`idle: ${options.idleSeconds} seconds`)
    readings.push(...(await measureIdle(later, options.idleSeconds)))
  }
}

async function install(later: Later): Promise<SecondInstallation> {
  say('starting an installation')
  const installation = await SecondInstallation.prepare()
  later.add(() => installation.clear())
  await installation.up()
  return installation
}

function say(message: string): void {
  console.log(`- ${message}`)
}

async function run(options: Options): Promise<number> {
  const later = new Later()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      say('interrupted: cleaning up')
      void later.run().then(() => process.exit(130))
    })
  }
  try {
    await main(options, later)
    return 0
  } catch (error) {
    console.error(error)
    return 1
  } finally {
    await later.run()
  }
}

function optionsOrUsage(): Options {
  try {
    return parseOptions(process.argv.slice(2))
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`)
    process.exit(2)
  }
}

process.exit(await run(optionsOrUsage()))
