import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { findFreePort } from '../../docker/bootstrap/free-port.ts'
import { docker } from './docker.ts'

const PATIENCE_MS = 15_000
const LOOK_MS = 20
const ANSWER_MS = 500
const TAR_BLOCK = 512

const SERVERS = {
  'valkey-8.1': 'valkey-server',
  'redis-6.0': 'redis-server',
  'redis-7.0': 'redis-server',
  'redis-8.0': 'redis-server',
  'memcached-1.6.18': 'memcached',
  'memcached-1.6.38': 'memcached',
} as const

export type EngineImage = keyof typeof SERVERS

/** One bare engine in a container on a port of 127.0.0.1, that a test may do anything to. */
export class EngineContainer {
  private constructor(
    readonly port: number,
    private readonly container: ReturnType<typeof docker.getContainer>,
  ) {}

  /** @param settings further arguments of the engine */
  static async start(image: EngineImage, settings: readonly string[] = []): Promise<EngineContainer> {
    const port = await findFreePort()
    const server = SERVERS[image]
    const own =
      server === 'memcached'
        ? ['-u', 'nobody', '-p', String(port)]
        : ['--port', String(port), '--bind', '0.0.0.0', '--protected-mode', 'no', '--save', '']
    const container = await docker.createContainer({
      name: `cacheplane-test-${randomBytes(6).toString('hex')}`,
      Image: `cacheplane/engine:${image}`,
      Cmd: [server, ...own, ...settings],
      ExposedPorts: { [`${port}/tcp`]: {} },
      HostConfig: {
        AutoRemove: true,
        PortBindings: { [`${port}/tcp`]: [{ HostIp: '127.0.0.1', HostPort: String(port) }] },
      },
    })
    await container.start()
    const engine = new EngineContainer(port, container)
    await engine.#untilItAnswers()
    return engine
  }

  get endpoint(): { address: string; port: number } {
    return { address: '127.0.0.1', port: this.port }
  }

  pause(): Promise<unknown> {
    return this.container.pause()
  }

  unpause(): Promise<unknown> {
    return this.container.unpause()
  }

  /** Kills it and starts it again, empty, at the same address. */
  async restart(): Promise<void> {
    await this.container.restart({ t: 0 })
    await this.#untilItAnswers()
  }

  /** A file of the container's own. */
  async read(path: string): Promise<Buffer> {
    const pieces: Buffer[] = []
    for await (const piece of await this.container.getArchive({ path })) pieces.push(Buffer.from(piece))
    const tar = Buffer.concat(pieces)
    const size = Number.parseInt(tar.toString('latin1', 124, 135), 8)
    return tar.subarray(TAR_BLOCK, TAR_BLOCK + size)
  }

  async remove(): Promise<void> {
    await this.container.remove({ force: true, v: true }).catch(() => undefined)
  }

  async #untilItAnswers(): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS
    while (!(await speaks(this.port))) {
      if (performance.now() > deadline) throw new Error(`the engine at ${this.port} does not answer`)
      await sleep(LOOK_MS)
    }
  }
}

/** What Docker publishes is accepted before anybody listens behind it: only a word of the engine's own is an answer. */
function speaks(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: ANSWER_MS })
    const settle = (does: boolean): void => {
      socket.destroy()
      resolve(does)
    }
    // The one is asked so, the other says that it does not know the word.
    socket.once('connect', () => socket.write('PING\r\n'))
    socket.once('data', () => settle(true))
    socket.once('timeout', () => settle(false))
    socket.once('error', () => settle(false))
    socket.once('close', () => settle(false))
  })
}
