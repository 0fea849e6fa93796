import type Docker from 'dockerode'
import { execFile, spawn } from 'node:child_process'
import { existsSync, openSync, readFileSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { rootPrefix } from './apt.ts'
import { pingEngine } from './docker-client.ts'
import { commandOf } from './processes.ts'
import { Obstacle } from './say.ts'

const run = promisify(execFile)
const START_MS = 60_000

/** Where a Docker engine keeps itself; tests start one in a folder of their own. */
export interface EngineHome {
  pidFile: string
  execRoot: string
  logFile: string
  useSystemd: boolean
  command: readonly string[]
}

export const HOST_ENGINE: EngineHome = {
  pidFile: '/var/run/docker.pid',
  execRoot: '/var/run/docker',
  logFile: '/var/log/dockerd.log',
  useSystemd: existsSync('/run/systemd/system'),
  command: ['dockerd'],
}

/** Starts the engine and waits until it answers. A living one is never touched, only waited for. */
export async function startDockerd(docker: Docker, home: EngineHome): Promise<void> {
  const prefix = (await rootPrefix()) ?? []
  if (home.useSystemd) {
    const [command = '', ...args] = [...prefix, 'systemctl', 'start', 'docker']
    await run(command, args)
  } else if ((await readStalePid(home.pidFile, 'dockerd')) !== 'alive') {
    await clearStalePids(home)
    await launch(prefix, home)
  }
  if (!(await waitForEngine(docker, START_MS))) throw new Obstacle(explain(home))
}

export async function waitForEngine(docker: Docker, patienceMs: number): Promise<boolean> {
  const deadline = performance.now() + patienceMs
  while ((await pingEngine(docker)) !== 'answers') {
    if (performance.now() > deadline) return false
    await sleep(200)
  }
  return true
}

/**
 * After a power cut the pid files remain, and their numbers may belong to other programs by now. dockerd refuses to
 * start over the first, and takes the second for its containerd and kills it.
 */
async function clearStalePids(home: EngineHome): Promise<void> {
  for (const [file, program] of [
    [home.pidFile, 'dockerd'],
    [`${home.execRoot}/containerd/containerd.pid`, 'containerd'],
  ] as const) {
    if ((await readStalePid(file, program)) === 'stale') await rm(file, { force: true })
  }
}

/** Whether a pid file names a living process of that program. */
async function readStalePid(file: string, program: string): Promise<'none' | 'stale' | 'alive'> {
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return 'none'
  const pid = Number.parseInt(text, 10)
  const [executable = ''] = Number.isInteger(pid) ? (await commandOf(pid)).split(' ') : []
  return executable.split('/').at(-1) === program ? 'alive' : 'stale'
}

async function launch(prefix: readonly string[], home: EngineHome): Promise<void> {
  const asRoot = prefix.length === 0
  if (asRoot) await mkdir(dirname(home.logFile), { recursive: true })
  const log = asRoot ? openSync(home.logFile, 'a', 0o640) : 'ignore'
  const [command = '', ...args] = [...prefix, ...home.command]
  const child = spawn(command, args, { detached: true, stdio: ['ignore', log, log], cwd: '/' })
  child.once('error', () => undefined)
  child.unref()
}

function explain(home: EngineHome): string {
  const where = home.useSystemd ? 'see "journalctl -u docker"' : `see ${home.logFile}`
  return `The Docker engine was started but does not answer; ${where}. ${home.useSystemd ? '' : lastError(home.logFile)}`
}

function lastError(logFile: string): string {
  try {
    const lines = readFileSync(logFile, 'utf8').trim().split('\n')
    return `It said last: ${lines.filter((line) => /level=(error|fatal)|failed/.test(line)).at(-1) ?? lines.at(-1) ?? ''}`
  } catch {
    return ''
  }
}
