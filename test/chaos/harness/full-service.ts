import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openInstallation, type Installation } from '../../../apps/worker/src/open-installation.ts'
import { readInstallation } from '../../../docker/bootstrap/installation.ts'
import { queueName } from '../../../docker/bootstrap/queue-container.ts'
import { ROOT } from '../../../docker/bootstrap/settings.ts'
import { docker, DOCKER_ADDRESS } from '../../support/docker.ts'
import { SecondInstallation } from '../../support/second-installation.ts'
import { DEADLINES } from '../deadlines.ts'
import { freshPortPool, zonesAt, type Service } from './service.ts'
import { waitFor } from './wait-for.ts'

const PROGRAMS = { api: 'dist/server.js', worker: 'dist/main.js' } as const
export type ProgramName = keyof typeof PROGRAMS

/** The service as `npm run up` starts it: with a supervisor that brings back whatever dies. */
export class FullService implements Service {
  private constructor(
    private readonly up: SecondInstallation,
    readonly installation: Installation,
    private readonly postgresDir: string,
  ) {}

  /** @param dockerAddress by which the service reaches the engine */
  static async start(dockerAddress = DOCKER_ADDRESS): Promise<FullService> {
    const up = await SecondInstallation.prepare({
      CACHEPLANE_ZONES: zonesAt(dockerAddress),
      CACHEPLANE_PORT_POOL: freshPortPool(),
    })
    try {
      await up.up()
      const kept = await readInstallation(up.stateDir)
      const installation = await openInstallation({ CACHEPLANE_STATE_DIR: up.stateDir }, ROOT)
      return new FullService(up, installation, kept?.postgresDir ?? '')
    } catch (error) {
      await up.clear()
      throw error
    }
  }

  get url(): string {
    return this.up.url
  }

  get token(): string {
    return this.up.env().CACHEPLANE_TOKEN ?? ''
  }

  get queueContainer() {
    return docker.getContainer(queueName(this.up.id))
  }

  async logFiles(): Promise<string[]> {
    const names = ['api', 'worker', 'supervisor'].map((name) => join(this.up.stateDir, 'log', `${name}.log`))
    return [...names, join(this.postgresDir, 'server.log')]
  }

  async send(program: ProgramName, signal: NodeJS.Signals): Promise<void> {
    for (const { pid } of await this.up.processes(PROGRAMS[program])) sendTo(pid, signal)
  }

  /**
   * As when the server crashes: no farewell, recovery at the next start. The supervisor sees to that, and may be so quick that
   * whoever waits for the server's file to go waits for the next server.
   */
  async crashPostgres(): Promise<void> {
    const [pid] = (await readFile(join(this.postgresDir, 'postmaster.pid'), 'utf8')).split('\n')
    sendTo(Number(pid), 'SIGQUIT')
    const look = async () => isAlive(Number(pid))
    await waitFor('Postgres to be gone', look, (isThere) => !isThere, DEADLINES.refusal)
  }

  isReady(): Promise<boolean> {
    return this.up.isReady()
  }

  /** Everything of it stops, Postgres and queue as well; what it has made stays. */
  async down(): Promise<void> {
    await this.up.down()
  }

  async comeBack(): Promise<void> {
    await this.up.up()
  }

  async clear(): Promise<void> {
    await this.installation.close()
    await this.up.clear()
  }
}

/** It may have ended by itself in between. */
function sendTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    return
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
