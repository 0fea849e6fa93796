import type { Socket } from 'node:net'
import { EDGE_MS } from '../core/deadlines.ts'
import type { Answer } from '../core/node-control.ts'
import { connect, type Route } from './connect.ts'
import { PromptParser } from './prompt-parser.ts'

type Failed = Exclude<Answer<never>, { kind: 'answered' }>

const LATE: Failed = { kind: 'silent', because: `no answer within ${EDGE_MS} ms` }

/**
 * One held connection to an edge's command line; exchanges follow one another. An answer that does not come in time
 * ends the connection, since it could be taken for that of the next exchange.
 */
export class CommandLine {
  #socket: Socket | null = null
  #parser = new PromptParser()
  #previous: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(private readonly routeTo: () => Promise<Route>) {}

  /** One answer for each command. Whoever has waited too long for his turn behind a silent edge is not kept longer. */
  ask(commands: readonly string[]): Promise<Answer<string[]>> {
    const begun = performance.now()
    const turn = this.#previous.then(() => (performance.now() - begun < EDGE_MS ? this.#ask(commands) : LATE))
    this.#previous = turn.catch(() => undefined)
    return turn
  }

  close(): void {
    this.#isClosed = true
    this.#hangUp()
  }

  async #ask(commands: readonly string[]): Promise<Answer<string[]>> {
    const held = this.#socket
    if (held === null) return this.#connectAndAsk(commands)
    const answer = await this.#exchange(held, commands)
    // The connection was lost while nobody looked. All that is ever asked may be asked twice.
    return answer.kind === 'absent' ? this.#connectAndAsk(commands) : answer
  }

  async #connectAndAsk(commands: readonly string[]): Promise<Answer<string[]>> {
    if (this.#isClosed) return { kind: 'absent', because: 'the connection to the edge was closed' }
    const connected = await connect(await this.routeTo())
    if (connected.kind !== 'connected') return connected
    const { socket } = connected
    // Nobody has to close a connection in order to end the process.
    socket.unref()
    this.#socket = socket
    this.#parser = new PromptParser()
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = null
    })
    const answer = await this.#exchange(socket, ['prompt', ...commands])
    return answer.kind === 'answered' ? { ...answer, value: answer.value.slice(1) } : answer
  }

  async #exchange(socket: Socket, commands: readonly string[]): Promise<Answer<string[]>> {
    const answers: string[] = []
    const outcome = await new Promise<Failed | null>((resolve) => {
      const timer = setTimeout(resolve, EDGE_MS, LATE)
      const finish = (failure: Failed | null) => {
        clearTimeout(timer)
        socket.off('data', onData).off('close', onClose)
        resolve(failure)
      }
      const onClose = () => finish({ kind: 'absent', because: 'it closed the connection' })
      const onData = (chunk: Buffer) => {
        answers.push(...this.#parser.push(chunk))
        if (answers.length >= commands.length) finish(null)
      }
      socket.on('data', onData).on('close', onClose)
      socket.write(commands.map((command) => `${command}\n`).join(''))
    })
    if (outcome === null) return { kind: 'answered', value: answers }
    this.#hangUp()
    return outcome
  }

  #hangUp(): void {
    this.#socket?.destroy()
    this.#socket = null
  }
}
