import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface Process {
  pid: number
  parent: number
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
  const marked = all.filter(
    ({ pid, command }) =>
      pid !== process.pid && command.split(' ').includes(mark) && command.includes(program),
  )
  return marked.filter((one) => !marked.some((other) => isForkOf(one, other)))
}

/** A child that has not begun its own program yet still shows its parent's command line. */
function isForkOf(one: Process, other: Process): boolean {
  return one.parent === other.pid && one.command === other.command
}

/** Asks the processes to end, and ends those that have not after the time given. */
export async function stopProcesses(
  processes: readonly Pick<Process, 'pid'>[],
  patienceMs: number,
): Promise<void> {
  for (const { pid } of processes) send(pid, 'SIGTERM')
  if (await areGone(processes, patienceMs)) return
  for (const { pid } of processes) send(pid, 'SIGKILL')
  await areGone(processes, 5_000)
}

/** A process that has ended and is only waiting for its parent to notice counts as gone. */
async function isAlive(pid: number): Promise<boolean> {
  return process.platform === 'linux' ? (await commandOf(pid)) !== '' : send(pid, 0)
}

async function areGone(processes: readonly Pick<Process, 'pid'>[], patienceMs: number): Promise<boolean> {
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
  const found = await Promise.all(
    pids.map(async (pid) => ({ pid, parent: await parentOf(pid), command: await commandOf(pid) })),
  )
  return found.filter(({ command }) => command !== '')
}

/** The fourth field of `stat`; the second, a name in brackets, may hold anything. */
async function parentOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1] ?? 0)
}

/** Command line of a running process; empty when there is none. */
export async function commandOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return text.replaceAll('\0', ' ').trim()
}

async function listWithPs(): Promise<Process[]> {
  const { stdout } = await run('ps', ['-axo', 'pid=,ppid=,command='], { maxBuffer: 16 << 20 })
  return stdout.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)
    return match === null
      ? []
      : [{ pid: Number(match[1]), parent: Number(match[2]), command: match[3] ?? '' }]
  })
}
