import { connect, createServer, type Server } from 'node:net'

const REQUEST_LINE = /^(GET|HEAD|POST|PUT|DELETE|PATCH) (\S+) HTTP\/1\.1\r\n/

/**
 * A socket that hands everything on to the Docker engine and notes what it is asked: events tell only of calls that had
 * an effect, and this of every one.
 */
export class CountingRelay {
  readonly #server: Server
  #calls: string[] = []

  private constructor(target: string) {
    this.#server = createServer((client) => {
      const upstream = connect(target)
      for (const socket of [client, upstream]) socket.on('error', () => undefined)
      client.on('data', (chunk: Buffer) => this.#note(chunk))
      client.pipe(upstream).pipe(client)
      client.once('close', () => upstream.destroy())
      upstream.once('close', () => client.destroy())
    })
  }

  static async listen(socketPath: string, target: string): Promise<CountingRelay> {
    const relay = new CountingRelay(target)
    await new Promise<void>((resolve, reject) => {
      relay.#server.once('error', reject)
      relay.#server.listen(socketPath, resolve)
    })
    return relay
  }

  /** Method and path of every call since the last time it was asked. */
  take(): string[] {
    const calls = this.#calls
    this.#calls = []
    return calls
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  /** A client sends a request's head in one write, and the next only after the answer. */
  #note(chunk: Buffer): void {
    const line = REQUEST_LINE.exec(chunk.toString('latin1', 0, 512).split('\r\n', 1)[0] + '\r\n')
    if (line !== null) this.#calls.push(`${line[1]} ${line[2]}`)
  }
}
