import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync } from 'node:fs'
import { countEarlyEnds, restartDelayMs } from './backoff.ts'
import { openLog } from './capped-log.ts'

export interface ProgramSpec {
  name: string
  args: readonly string[]
  environment: Readonly<Record<string, string>>
  logFile: string
  note: (message: string) => void
}

const STOP_MS = 20_000

/** Keeps one Node program running: whenever it ends, it is started again after a short wait. */
export class SupervisedProgram {
  private child: ChildProcess | null = null
  private timer: NodeJS.Timeout | null = null
  private earlyEnds = 0
  private stopping = false

  constructor(private readonly spec: ProgramSpec) {}

  start(): void {
    const started = performance.now()
    const log = openLog(this.spec.logFile)
    const child = spawn(process.execPath, [...this.spec.args], {
      stdio: ['ignore', log, log],
      env: { ...this.spec.environment },
    })
    closeSync(log)
    this.child = child
    child.once('error', (error) => this.spec.note(`${this.spec.name} cannot be started: ${error.message}`))
    child.once('close', (code, signal) => this.ended(code ?? signal, performance.now() - started))
  }

  /** Ends the program, by force if it takes too long, and does not start it again. */
  async stop(): Promise<void> {
    this.stopping = true
    if (this.timer !== null) clearTimeout(this.timer)
    const child = this.child
    if (child === null) return
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    await new Promise<void>((resolve) => {
      child.once('close', () => resolve())
      child.kill('SIGTERM')
    })
    clearTimeout(force)
  }

  private ended(reason: number | string | null, uptimeMs: number): void {
    this.child = null
    if (this.stopping) return
    const delay = restartDelayMs(this.earlyEnds)
    this.earlyEnds = countEarlyEnds(this.earlyEnds, uptimeMs)
    this.spec.note(`${this.spec.name} ended (${reason}); starting it again in ${delay} ms`)
    this.timer = setTimeout(() => this.start(), delay)
  }
}
