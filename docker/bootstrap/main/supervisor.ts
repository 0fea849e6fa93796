import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { answersOn } from '../answers-on.ts'
import { capLog } from '../capped-log.ts'
import { ensurePostgres, ensureQueue } from '../dependencies.ts'
import { statePath } from '../installation.ts'
import { findProcesses, processMark, stopProcesses } from '../processes.ts'
import { readServiceConfig, type ServiceConfig } from '../service-config.ts'
import { SupervisedProgram } from '../supervise-program.ts'

const WATCH_MS = 1_000

/** Keeps the service running in the background: `supervisor.js --installation=<id> <state folder>`. */
async function main(stateDir: string): Promise<void> {
  const config = await readServiceConfig(stateDir)
  if (config === null) throw new Error(`${stateDir} holds no configuration of the service`)
  await takeOver(config)
  await writeFile(statePath(stateDir, 'pid'), `${process.pid}\n`, { mode: 0o600 })
  const programs = config.programs.map((program) => supervise(stateDir, config, program))
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => stop.abort())
  for (const program of programs) program.start()
  while (!stop.signal.aborted) {
    await watchOver(stateDir, config)
    await sleep(WATCH_MS, undefined, { signal: stop.signal }).catch(() => undefined)
  }
  await Promise.all(programs.map((program) => program.stop()))
}

/** A supervisor that was killed leaves its programs behind; two of each would be one too many. */
async function takeOver({ installationId }: ServiceConfig): Promise<void> {
  const others = await findProcesses(installationId)
  const supervisors = others.filter(({ command }) => command.includes('supervisor.js'))
  await stopProcesses(supervisors, 25_000)
  await stopProcesses(await findProcesses(installationId), 15_000)
}

function supervise(
  stateDir: string,
  config: ServiceConfig,
  { name, file }: ServiceConfig['programs'][number],
): SupervisedProgram {
  return new SupervisedProgram({
    name,
    args: [file, processMark(config.installationId)],
    environment: config.environment,
    logFile: logOf(stateDir, name),
    note,
  })
}

async function watchOver(stateDir: string, config: ServiceConfig): Promise<void> {
  for (const name of ['supervisor', ...config.programs.map((program) => program.name)])
    capLog(logOf(stateDir, name))
  await attempt('Postgres', async () => {
    const done = await ensurePostgres(stateDir, config)
    if (done === 'started') note('Postgres was gone and has been started again')
  })
  await attempt('the queue', async () => {
    if (config.queue === null || (await answersOn(config.queue.port))) return
    const done = await ensureQueue(stateDir, config)
    if (done !== 'running') note(`the queue was gone and has been ${done} again`)
  })
}

async function attempt(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    note(`${what} cannot be brought back: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function logOf(stateDir: string, name: string): string {
  return join(statePath(stateDir, 'log'), `${name}.log`)
}

function note(message: string): void {
  console.log(`${new Date().toISOString()} ${message}`)
}

const stateDir = process.argv.slice(2).find((argument) => !argument.startsWith('--'))
if (stateDir === undefined) throw new Error('which state folder?')
await main(stateDir)
