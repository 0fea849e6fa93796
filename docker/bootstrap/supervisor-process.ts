import { spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { SUPERVISOR } from './build.ts'
import { openLog } from './capped-log.ts'
import { statePath } from './installation.ts'
import { findProcesses, processMark, stopProcesses } from './processes.ts'
import type { ServiceConfig } from './service-config.ts'

const STOP_MS = 30_000

/**
 * Starts the supervisor unless one is at work with this very configuration. What an earlier one that was killed left
 * behind is ended first: it would answer in place of the new.
 */
export async function ensureSupervisor(
  stateDir: string,
  config: ServiceConfig,
  changed: boolean,
): Promise<'running' | 'started' | 'restarted'> {
  const running = await findProcesses(config.installationId, 'supervisor.js')
  if (running.length === 1 && !changed) return 'running'
  await stopProcesses(running, STOP_MS)
  await stopProcesses(await findProcesses(config.installationId), STOP_MS)
  const log = openLog(join(statePath(stateDir, 'log'), 'supervisor.log'))
  const child = spawn(process.execPath, [SUPERVISOR, processMark(config.installationId), stateDir], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
    env: { PATH: process.env.PATH },
  })
  closeSync(log)
  child.unref()
  return running.length > 0 ? 'restarted' : 'started'
}

/** Stops supervisor, api and worker, and whatever of them was left behind. */
export async function stopService(stateDir: string, installationId: string): Promise<boolean> {
  const supervisors = await findProcesses(installationId, 'supervisor.js')
  await stopProcesses(supervisors, STOP_MS)
  const rest = await findProcesses(installationId)
  await stopProcesses(rest, STOP_MS)
  await rm(statePath(stateDir, 'pid'), { force: true })
  return supervisors.length + rest.length > 0
}
