import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../../docker/bootstrap/settings.ts'

const FILES = { api: 'apps/api/dist/server.js', worker: 'apps/worker/dist/main.js' } as const

/** One process of the service, started by the test itself so that nobody starts it again. */
export class Program {
  /** The signal that ended it, null for an end of its own. */
  readonly ended: Promise<NodeJS.Signals | null>

  private constructor(private readonly child: ChildProcess) {
    this.ended = new Promise((resolve) => child.once('close', (_code, signal) => resolve(signal)))
  }

  static start(kind: keyof typeof FILES, environment: Record<string, string>, logFile: string): Program {
    const log = openSync(logFile, 'a', 0o600)
    const child = spawn(process.execPath, [join(ROOT, FILES[kind])], {
      stdio: ['ignore', log, log],
      env: { PATH: process.env.PATH, ...environment },
    })
    closeSync(log)
    return new Program(child)
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null
  }

  /** Whether it was stopped by a signal. */
  get isFrozen(): boolean {
    const stat = readFileSync(`/proc/${this.child.pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T')
  }

  send(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }

  /** As `kill -9`, which also ends what is frozen. */
  async kill(): Promise<void> {
    if (!this.isRunning) return
    this.child.kill('SIGKILL')
    await this.ended
  }
}
