import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret } from '@cacheplane/domain'
import { openInstallation, type Installation } from '../../../apps/worker/src/open-installation.ts'
import { findFreePort } from '../../../docker/bootstrap/free-port.ts'
import { ensureQueueContainer, queueName } from '../../../docker/bootstrap/queue-container.ts'
import { docker, DOCKER_ADDRESS, removeInstallation, uniqueInstallation } from '../../support/docker.ts'
import { ACCOUNT } from '../../support/stores.ts'
import { freshDatabase, type FreshDatabase } from '../../support/template-db.ts'
import { DEADLINES } from '../deadlines.ts'
import { Program } from './program.ts'
import { freshPortPool, zonesAt, type Service } from './service.ts'
import { waitFor } from './wait-for.ts'

interface Parts {
  folder: string
  database: FreshDatabase
  environment: Record<string, string>
  installation: Installation
  token: string
}

/**
 * The service without a supervisor: the test itself starts its programs, stops them and decides what comes back. It has
 * its own database, queue and name on the shared Docker engine.
 */
export class LooseService implements Service {
  readonly #programs: Program[] = []
  #api: Program | null = null
  #isCleared = false

  private constructor(private readonly parts: Parts) {}

  /**
   * @param dockerAddress by which the worker reaches the engine; the test itself always goes there directly
   * @param more further variables of both programs
   * @param zones as in `CACHEPLANE_ZONES`, for both of them, when the zones are others than usual
   */
  static async start(
    dockerAddress = DOCKER_ADDRESS,
    zones?: string,
    more: Record<string, string> = {},
  ): Promise<LooseService> {
    const id = uniqueInstallation()
    const folder = await mkdtemp(join(tmpdir(), 'cacheplane-chaos-'))
    const database = await freshDatabase()
    const queue = {
      installationId: id,
      port: await findFreePort(),
      password: randomBytes(16).toString('hex'),
    }
    await ensureQueueContainer(docker, queue)
    const port = await findFreePort()
    const environment = {
      NODE_ENV: 'test',
      DATABASE_URL: database.url,
      QUEUE_URL: `redis://:${queue.password}@127.0.0.1:${queue.port}`,
      CACHEPLANE_SECRET_KEY: randomBytes(32).toString('base64'),
      CACHEPLANE_INSTALLATION: id,
      CACHEPLANE_VAULT: vaultOf(folder),
      CACHEPLANE_ZONES: zones ?? zonesAt(dockerAddress),
      CACHEPLANE_PORT_POOL: freshPortPool(),
      CACHEPLANE_LISTEN: `127.0.0.1:${port}`,
      ...more,
    }
    const own = { ...environment, CACHEPLANE_ZONES: zones ?? zonesAt(DOCKER_ADDRESS) }
    const installation = await openInstallation(own, folder)
    const token = `cp_${randomBytes(24).toString('base64url')}`
    await installation.store.ensureAccessKey({
      accountId: ACCOUNT,
      accessKeyId: 'ak-chaos',
      token: new Secret(token),
      secretAccessKey: new Secret(randomBytes(24).toString('base64url')),
    })
    const service = new LooseService({ folder, database, environment, installation, token })
    service.#startApi()
    return service
  }

  get url(): string {
    return `http://${this.parts.environment.CACHEPLANE_LISTEN}`
  }

  get token(): string {
    return this.parts.token
  }

  get installation(): Installation {
    return this.parts.installation
  }

  get queueContainer() {
    return docker.getContainer(queueName(this.installation.config.CACHEPLANE_INSTALLATION))
  }

  /** Kills the api that serves, and starts another at the address that clients know. */
  async restartApi(): Promise<void> {
    await this.#api?.kill()
    this.#startApi()
    await this.isReady()
  }

  /** @param failpoint `<kind>.<step>.<position>=<exit|stop>` */
  startWorker(failpoint?: string): Program {
    return this.#start('worker', failpoint === undefined ? {} : { CACHEPLANE_FAILPOINT: failpoint })
  }

  /** Another worker, without a failpoint, once this one has ended. */
  replaceAtEnd(worker: Program): void {
    void worker.ended.then(() => this.replace())
  }

  /** Another worker for one that ended; null when the service is being cleared away. */
  replace(): Program | null {
    return this.#isCleared ? null : this.startWorker()
  }

  async isReady(): Promise<void> {
    const look = () => fetch(`${this.url}/readyz`).then(({ status }) => status, String)
    await waitFor('the service to be ready', look, (seen) => seen === 200, DEADLINES.ready)
  }

  async logFiles(): Promise<string[]> {
    const names = await readdir(this.parts.folder)
    return names.map((name) => join(this.parts.folder, name))
  }

  async clear(): Promise<void> {
    const { folder, database, installation } = this.parts
    this.#isCleared = true
    await Promise.all(this.#programs.map((program) => program.kill()))
    await installation.close()
    await removeInstallation(installation.config.CACHEPLANE_INSTALLATION)
    await database.drop()
    for (const one of [folder, vaultOf(folder)]) await rm(one, { recursive: true, force: true })
  }

  #startApi(): void {
    this.#api = this.#start('api', {})
  }

  #start(kind: 'api' | 'worker', extra: Record<string, string>): Program {
    const logFile = join(this.parts.folder, `${kind}-${this.#programs.length}.log`)
    const program = Program.start(kind, { ...this.parts.environment, ...extra }, logFile)
    this.#programs.push(program)
    return program
  }
}

/** Beside the folder, which holds nothing but logs. */
const vaultOf = (folder: string): string => `${folder}-vault`
