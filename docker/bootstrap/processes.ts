import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface Process {
  pid: number
  command: string
}

/**
 * Argument that marks the processes of an installation. They are found by it, not by pid files: a pid file may be stale,
 * and its number may belong to somebody else by now.
 */
export function processMark(installationId: string): string {
  return `--installation=${installationId}`
}

/** Processes of an installation, optionally only those running one program. */
export async function findProcesses(installationId: string, program = ''): Promise<Process[]> {
  const mark = processMark(installationId)
  const all = await listProcesses()
  return all.filter(
    ({ pid, command }) =>
      pid !== process.pid && command.split(' ').includes(mark) && command.includes(program),
  )
}

/** Asks the processes to end, and ends those that have not after the time given. */
export async function stopProcesses(processes: readonly Process[], patienceMs: number): Promise<void> {
  for (const { pid } of processes) send(pid, 'SIGTERM')
  if (await areGone(processes, patienceMs)) return
  for (const { pid } of processes) send(pid, 'SIGKILL')
  await areGone(processes, 5_000)
}

/** A process that has ended and is only waiting for its parent to notice counts as gone. */
async function isAlive(pid: number): Promise<boolean> {
  return process.platform === 'linux' ? (await commandOf(pid)) !== '' : send(pid, 0)
}

async function areGone(processes: readonly Process[], patienceMs: number): Promise<boolean> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const alive = await Promise.all(processes.map(({ pid }) => isAlive(pid)))
    if (!alive.includes(true)) return true
    if (performance.now() > deadline) return false
    await sleep(50)
  }
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

async function listProcesses(): Promise<Process[]> {
  if (process.platform !== 'linux') return listWithPs()
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const found = await Promise.all(pids.map(async (pid) => ({ pid, command: await commandOf(pid) })))
  return found.filter(({ command }) => command !== '')
}

/** Command line of a running process; empty when there is none. */
export async function commandOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return text.replaceAll('\0', ' ').trim()
}

async function listWithPs(): Promise<Process[]> {
  const { stdout } = await run('ps', ['-axo', 'pid=,command='], { maxBuffer: 16 << 20 })
  return stdout.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(.*)$/.exec(line)
    return match === null ? [] : [{ pid: Number(match[1]), command: match[2] ?? '' }]
  })
}
