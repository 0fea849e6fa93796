import type { Socket } from 'node:net'
import { connect, type Route } from './connect.ts'
import { encode, type Login } from './resp-session.ts'

const PING_EVERY_MS = 500
/** Two pings in a row without a word. */
const SILENT_MS = 1_200
/** After the first trouble; doubled with each that follows at once, because a lost host has many nodes. */
const RECONNECT_MIN_MS = 500
const RECONNECT_MAX_MS = 4_000

/**
 * One held connection to a node. The kernel closes it within milliseconds of the process's death, long before anybody would
 * have asked; what keeps silent is found by pings. It draws no conclusions: whoever is told looks for himself.
 */
export class HeldProbe {
  #socket: Socket | null = null
  #timer: NodeJS.Timeout | null = null
  #heardAtMs = 0
  #reconnectMs = RECONNECT_MIN_MS
  #isStopped = false

  constructor(
    private readonly route: () => Promise<Route>,
    private readonly login: Login,
    private readonly onTrouble: (because: string) => void,
  ) {
    void this.#hold()
  }

  stop(): void {
    this.#isStopped = true
    this.#drop()
  }

  async #hold(): Promise<void> {
    const connected = await connect(await this.route())
    if (this.#isStopped) {
      if (connected.kind === 'connected') connected.socket.destroy()
      return
    }
    if (connected.kind !== 'connected') return this.#trouble(connected.because)
    const { socket } = connected
    this.#socket = socket
    this.#heardAtMs = performance.now()
    socket.on('data', () => this.#hear())
    socket.on('close', () => this.#trouble('it closed the connection'))
    socket.write(encode(['AUTH', this.login.user, this.login.password.reveal()]))
    this.#timer = setInterval(() => this.#ping(socket), PING_EVERY_MS)
  }

  #hear(): void {
    this.#heardAtMs = performance.now()
    this.#reconnectMs = RECONNECT_MIN_MS
  }

  #ping(socket: Socket): void {
    const silentMs = performance.now() - this.#heardAtMs
    if (silentMs > SILENT_MS) return this.#trouble(`it says nothing for ${Math.round(silentMs)} ms`)
    socket.write(PING)
  }

  /** Tells, and tries again: as long as it is to be watched, trouble is told each time. */
  #trouble(because: string): void {
    if (this.#isStopped) return
    this.#drop()
    this.onTrouble(because)
    this.#timer = setTimeout(() => void this.#hold(), this.#reconnectMs)
    this.#reconnectMs = Math.min(RECONNECT_MAX_MS, 2 * this.#reconnectMs)
  }

  #drop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#socket?.removeAllListeners('close')
    this.#socket?.destroy()
    this.#socket = null
  }
}

const PING = encode(['PING'])
