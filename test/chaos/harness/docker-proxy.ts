import { rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { DOCKER_SOCKET } from '../../support/docker.ts'

/**
 * `deaf`: requests do not arrive until it is over. `mute`: requests arrive and have their effect, answers do not come
 * until it is over.
 */
export type Silence = 'deaf' | 'mute'

/**
 * A socket in front of the shared Docker engine that can stop to answer, as a frozen daemon does: connections are
 * accepted and stay open, and what was held back arrives late, also when whoever sent it has given up by then.
 */
export class DockerProxy {
  readonly #valves = new Set<Valve>()
  readonly #sockets = new Set<Socket>()
  #silence: Silence | null = null

  private constructor(
    private readonly server: Server,
    readonly path: string,
  ) {}

  static async start(path: string): Promise<DockerProxy> {
    const server = createServer({ allowHalfOpen: true })
    const proxy = new DockerProxy(server, path)
    server.on('connection', (client) => proxy.#join(client))
    await new Promise<void>((resolve) => server.listen(path, resolve))
    return proxy
  }

  get address(): string {
    return `unix://${this.path}`
  }

  hang(silence: Silence): void {
    this.#silence = silence
  }

  resume(): void {
    this.#silence = null
    for (const valve of this.#valves) valve.flush()
  }

  /** Every connection breaks, as when a daemon is killed. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.server.close(resolve))
    await rm(this.path, { force: true })
  }

  #join(client: Socket): void {
    const engine = connect({ path: DOCKER_SOCKET, allowHalfOpen: true })
    const valves = [
      new Valve(client, engine, () => this.#silence === 'deaf'),
      new Valve(engine, client, () => this.#silence === 'mute'),
    ]
    for (const valve of valves) this.#valves.add(valve)
    for (const socket of [client, engine]) {
      this.#sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        this.#sockets.delete(socket)
        if (this.#sockets.has(client) || this.#sockets.has(engine)) return
        for (const valve of valves) this.#valves.delete(valve)
      })
    }
  }
}

/** One direction of a connection; what comes while it is shut is kept. */
class Valve {
  readonly #kept: Buffer[] = []
  #hasEnded = false

  constructor(
    from: Socket,
    private readonly to: Socket,
    private readonly isShut: () => boolean,
  ) {
    from.on('data', (bytes) => {
      this.#kept.push(bytes)
      this.flush()
    })
    from.on('close', () => this.#end())
    from.on('end', () => this.#end())
  }

  flush(): void {
    if (this.isShut()) return
    for (const bytes of this.#kept.splice(0)) this.to.write(bytes)
    if (this.#hasEnded) this.to.end()
  }

  #end(): void {
    this.#hasEnded = true
    this.flush()
  }
}
