import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectDocker, pingEngine } from '../../docker/bootstrap/docker-client.ts'
import { ensureDockerEngine } from '../../docker/bootstrap/docker-engine.ts'
import { stopProcesses } from '../../docker/bootstrap/processes.ts'
import { startDockerd, type EngineHome } from '../../docker/bootstrap/start-dockerd.ts'

let folder: string
let address: string
let home: EngineHome
let bystander: ChildProcess

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'engine-'))
  address = `unix://${folder}/docker.sock`
  home = {
    pidFile: `${folder}/docker.pid`,
    execRoot: `${folder}/exec`,
    logFile: `${folder}/log/dockerd.log`,
    useSystemd: false,
    // A network of its own, because an engine without a bridge deletes the bridge of the machine's own engine.
    command: [
      ...['unshare', '--net', 'dockerd'],
      ...[
        '--data-root',
        `${folder}/data`,
        '--exec-root',
        `${folder}/exec`,
        '--pidfile',
        `${folder}/docker.pid`,
      ],
      ...['-H', address, '--bridge=none', '--iptables=false'],
    ],
  }
  bystander = spawn('sleep', ['600'], { stdio: 'ignore' })
})

afterEach(async () => {
  bystander.kill('SIGKILL')
  const pid = Number.parseInt(readFileSync(home.pidFile, 'utf8'), 10)
  await stopProcesses([{ pid }], 20_000)
  rmSync(folder, { recursive: true, force: true })
})

test('an engine starts over pid files that a power cut left behind, and their numbers may be anybody by now', async () => {
  mkdirSync(`${home.execRoot}/containerd`, { recursive: true })
  writeFileSync(home.pidFile, String(bystander.pid))
  writeFileSync(`${home.execRoot}/containerd/containerd.pid`, String(bystander.pid))
  const docker = connectDocker(address)
  expect(await pingEngine(docker)).toBe('silent')

  await startDockerd(docker, home)

  expect(await pingEngine(docker)).toBe('answers')
  expect(bystander.exitCode ?? bystander.signalCode).toBeNull()
})

test('a living engine is found, not started again', async () => {
  const docker = connectDocker(address)
  await startDockerd(docker, home)
  const pid = readFileSync(home.pidFile, 'utf8')

  await startDockerd(docker, home)
  await ensureDockerEngine(address, true, () => undefined)

  expect(readFileSync(home.pidFile, 'utf8')).toBe(pid)
})

test('an engine that the user named and that is silent is told about, not started', async () => {
  writeFileSync(home.pidFile, '999999999')
  await expect(ensureDockerEngine(`unix://${folder}/nobody.sock`, true, () => undefined)).rejects.toThrow(
    /DOCKER_HOST names .* no Docker engine answers/,
  )
})
