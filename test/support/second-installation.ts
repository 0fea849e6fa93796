import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findFreePort } from '../../docker/bootstrap/free-port.ts'
import { findProcesses, type Process } from '../../docker/bootstrap/processes.ts'
import { ROOT } from '../../docker/bootstrap/settings.ts'

const run = promisify(execFile)

export interface Answer {
  status: number
  body: Record<string, unknown>
}

/** An installation of its own beside whatever runs on this machine, driven through the commands that users type. */
export class SecondInstallation {
  private knownId = ''

  private constructor(
    readonly stateDir: string,
    private readonly port: number,
    /** Further variables for `up` and `down`. */
    readonly environment: Record<string, string>,
  ) {}

  /** @param environment further variables of the commands */
  static async prepare(environment: Record<string, string> = {}): Promise<SecondInstallation> {
    const stateDir = mkdtempSync(join(tmpdir(), 'cacheplane-e2e-'))
    return new SecondInstallation(stateDir, await findFreePort(), environment)
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async up(): Promise<string> {
    return this.command('up.mjs', '--detach')
  }

  async down(...options: string[]): Promise<string> {
    return this.command('down.mjs', ...options)
  }

  /** Of the installation, as it marks what it makes; remembered, because a purge removes the file that tells it. */
  get id(): string {
    if (this.knownId !== '') return this.knownId
    const kept = JSON.parse(readFileSync(join(this.stateDir, 'installation.json'), 'utf8')) as { id: string }
    this.knownId = kept.id
    return kept.id
  }

  get label(): string {
    return `dev.cacheplane.installation=${this.id}`
  }

  processes(program = ''): Promise<Process[]> {
    return findProcesses(this.id, program)
  }

  /** What the file to be sourced exports. */
  env(): Record<string, string> {
    const lines = readFileSync(join(this.stateDir, 'env'), 'utf8').matchAll(/^export (\w+)='(.*)'$/gm)
    return Object.fromEntries([...lines].map((match) => [match[1] ?? '', match[2] ?? '']))
  }

  envFileMode(): number {
    return statSync(join(this.stateDir, 'env')).mode & 0o777
  }

  /** @param prefer whether, and for how long, the answer is to wait until the resource has settled */
  async request(method: string, path: string, body?: unknown, prefer = 'wait=60'): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.env().CACHEPLANE_TOKEN ?? ''}`,
        ...(prefer === '' ? {} : { prefer }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(90_000),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) }
  }

  async isReady(): Promise<boolean> {
    return fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(3_000) }).then(
      (response) => response.status === 200,
      () => false,
    )
  }

  /** Leaves nothing behind, whatever state a failed test left it in. */
  async clear(): Promise<void> {
    await this.down('--purge').catch(() => undefined)
    rmSync(this.stateDir, { recursive: true, force: true })
  }

  private async command(program: string, ...options: string[]): Promise<string> {
    const { stdout } = await run(process.execPath, [`docker/bootstrap/${program}`, ...options], {
      cwd: ROOT,
      env: {
        ...process.env,
        DATABASE_URL: '',
        QUEUE_URL: '',
        CACHEPLANE_STATE_DIR: this.stateDir,
        CACHEPLANE_LISTEN: `127.0.0.1:${this.port}`,
        ...this.environment,
      },
    })
    return stdout
  }
}
