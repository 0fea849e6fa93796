import type { Socket } from 'node:net'
import type { Answer } from '../core/node-control.ts'
import { connect, type Route } from './connect.ts'
import { encode, meaningOf, type Login } from './resp-session.ts'

/** Between two pieces of what a node writes out; a large one forks for a while before the first. */
const SILENT_MS = 30_000
const MARK_BYTES = 40
const LINE_MAX = 1_024

/** The node says no. */
class Refusal extends Error {
  constructor(readonly answer: Exclude<Answer<never>, { kind: 'answered' }>) {
    super(answer.because)
  }
}

/**
 * Has a node write out what it holds as it does for a replica, and hands that to `sink` while it comes: the engine forks, and
 * nothing is written to its disk. What we are slow to take, it is slow to send.
 */
export async function saveStream<T>(
  route: Route,
  login: Login,
  sink: (content: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<Answer<T>> {
  const connected = await connect(route)
  if (connected.kind !== 'connected') return connected
  const { socket } = connected
  socket.setTimeout(SILENT_MS, () => socket.destroy(new Error(`nothing came for ${SILENT_MS} ms`)))
  try {
    return { kind: 'answered', value: await sink(contentOf(new Incoming(socket), socket, login)) }
  } catch (error) {
    if (error instanceof Refusal) return error.answer
    if (socket.errored !== null) return { kind: 'silent', because: socket.errored.message }
    throw error
  } finally {
    socket.destroy()
  }
}

async function* contentOf(incoming: Incoming, socket: Socket, { user, password }: Login) {
  socket.write(encode(['AUTH', user, password.reveal()]))
  await demand(incoming)
  socket.write(encode(['REPLCONF', 'capa', 'eof']))
  await demand(incoming)
  // Keeps the node from collecting for us what is written meanwhile; versions that do not know the word send it all the same.
  socket.write(encode(['REPLCONF', 'rdb-only', '1']))
  await incoming.line()
  socket.write(encode(['SYNC']))
  yield* payload(incoming, await demand(incoming))
}

/** The next line that says something; the node keeps its peer awake with empty ones. */
async function demand(incoming: Incoming): Promise<string> {
  for (;;) {
    const line = await incoming.line()
    if (line.startsWith('-')) throw new Refusal(meaningOf(line.slice(1)))
    if (line !== '') return line
  }
}

/** `$<length>`, or `$EOF:` and a mark that ends it. */
async function* payload(incoming: Incoming, header: string): AsyncGenerator<Uint8Array> {
  if (header.startsWith('$EOF:') && header.length === '$EOF:'.length + MARK_BYTES) {
    yield* incoming.until(Buffer.from(header.slice('$EOF:'.length), 'latin1'))
    return
  }
  const length = /^\$(\d{1,15})$/.exec(header)?.[1]
  if (length === undefined)
    throw new Refusal({ kind: 'stranger', because: 'its answer to SYNC makes no sense' })
  yield* incoming.exactly(Number(length))
}

/** What comes over a connection, line by line or in the pieces it comes in. */
class Incoming {
  readonly #source: AsyncIterator<Buffer>
  #held: Buffer = Buffer.alloc(0)

  constructor(socket: Socket) {
    this.#source = socket[Symbol.asyncIterator]()
  }

  async line(): Promise<string> {
    for (;;) {
      const end = this.#held.indexOf('\n')
      if (end >= 0) {
        const line = this.#held.toString('latin1', 0, end).replace(/\r$/, '')
        this.#held = this.#held.subarray(end + 1)
        return line
      }
      if (this.#held.length > LINE_MAX)
        throw new Refusal({ kind: 'stranger', because: 'it does not speak RESP' })
      this.#held = Buffer.concat([this.#held, await this.#next()])
    }
  }

  async *exactly(length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0;) {
      const piece = this.#held.length > 0 ? this.#held : await this.#next()
      this.#held = piece.subarray(left)
      yield piece.subarray(0, left)
      left -= Math.min(left, piece.length)
    }
  }

  /**
   * Everything before the mark, which is the last that the node sends of it. A piece is held back until the next shows that it
   * was not the last; only what is shorter than the mark is copied.
   */
  async *until(mark: Buffer): AsyncGenerator<Buffer> {
    let held = this.#held
    while (!held.subarray(-mark.length).equals(mark)) {
      const next = await this.#next()
      if (next.length < mark.length || held.length < mark.length) held = Buffer.concat([held, next])
      else {
        yield held
        held = next
      }
    }
    yield held.subarray(0, -mark.length)
  }

  async #next(): Promise<Buffer> {
    const next = await this.#source.next()
    if (next.done !== true) return next.value
    throw new Refusal({ kind: 'absent', because: 'it closed the connection before it had sent everything' })
  }
}
