import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { ensureInstallation } from '../../docker/bootstrap/installation.ts'
import { findProcesses } from '../../docker/bootstrap/processes.ts'
import { writeServiceConfig, type ServiceConfig } from '../../docker/bootstrap/service-config.ts'
import { ensureSupervisor, stopService } from '../../docker/bootstrap/supervisor-process.ts'
import { ROOT } from '../../docker/bootstrap/settings.ts'

let stateDir: string
let config: ServiceConfig

beforeAll(async () => {
  const bundle = ['docker/bootstrap/bundle.mjs', 'dist', 'docker/bootstrap/main/supervisor.ts']
  await promisify(execFile)(process.execPath, bundle, { cwd: ROOT })
})

beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'supervisor-'))
  const programs = ['api', 'worker'].map((name) => ({ name, file: join(stateDir, `${name}.mjs`) }))
  for (const { name, file } of programs) {
    writeFileSync(file, `console.log('${name} says', process.env.WORD); setInterval(() => {}, 1000)`)
  }
  await ensureInstallation(stateDir)
  config = {
    installationId: randomBytes(6).toString('hex'),
    dockerAddress: 'unix:///nowhere.sock',
    postgres: null,
    queue: null,
    programs,
    environment: { WORD: 'hello' },
    build: '1',
  }
  await writeServiceConfig(stateDir, config)
})

afterEach(async () => {
  await stopService(stateDir, config.installationId)
  expect(await findProcesses(config.installationId)).toEqual([])
  rmSync(stateDir, { recursive: true, force: true })
})

const only = async (program: string): Promise<number> => {
  let pids: number[] = []
  await expect
    .poll(async () => (pids = (await findProcesses(config.installationId, program)).map(({ pid }) => pid)), {
      timeout: 15_000,
    })
    .toHaveLength(1)
  return pids[0] ?? 0
}

const changesFrom = (program: string, before: number): Promise<void> =>
  expect.poll(() => only(program), { timeout: 15_000 }).not.toBe(before)

test('a program that is killed comes back, again and again', async () => {
  await ensureSupervisor(stateDir, config, true)
  for (let round = 0; round < 3; round += 1) {
    const before = await only('api.mjs')
    process.kill(before, 'SIGKILL')
    await changesFrom('api.mjs', before)
  }
})

test('after the supervisor itself was killed, a new one ends what was left behind and there is one of each', async () => {
  await ensureSupervisor(stateDir, config, true)
  const api = await only('api.mjs')
  const worker = await only('worker.mjs')
  process.kill(await only('supervisor.js'), 'SIGKILL')
  await expect
    .poll(() => findProcesses(config.installationId, 'supervisor.js'), { timeout: 5_000 })
    .toEqual([])

  expect(await ensureSupervisor(stateDir, config, false)).toBe('started')

  await changesFrom('api.mjs', api)
  await changesFrom('worker.mjs', worker)
})

test('a supervisor at work is left alone unless something changed', async () => {
  expect(await ensureSupervisor(stateDir, config, true)).toBe('started')
  const api = await only('api.mjs')
  expect(await ensureSupervisor(stateDir, config, false)).toBe('running')
  expect(await only('api.mjs')).toBe(api)
  expect(await ensureSupervisor(stateDir, config, true)).toBe('restarted')
  await changesFrom('api.mjs', api)
})

test('a stale pid file, even with the number of a living stranger, is no obstacle', async () => {
  writeFileSync(join(stateDir, 'supervisor.pid'), String(process.pid))
  await ensureSupervisor(stateDir, config, true)
  const pid = await only('supervisor.js')
  await expect
    .poll(() => Number(readFileSync(join(stateDir, 'supervisor.pid'), 'utf8')), { timeout: 5_000 })
    .toBe(pid)
})

test('what the programs print is kept in files that only the owner reads', async () => {
  await ensureSupervisor(stateDir, config, true)
  const file = join(stateDir, 'log', 'api.log')
  await only('api.mjs')
  await expect.poll(() => readFileSync(file, 'utf8'), { timeout: 5_000 }).toContain('api says hello')
  expect(statSync(file).mode & 0o077).toBe(0)
  expect(statSync(join(stateDir, 'service.json')).mode & 0o077).toBe(0)
})
