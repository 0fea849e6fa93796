import type { Answer } from '../core/node-control.ts'
import { CommandConversation, type Failed } from './command-conversation.ts'
import { connect, type Route } from './connect.ts'

const CLOSED: Failed = { kind: 'absent', because: 'the connection to the edge was closed' }

/** One held connection to an edge's command line, made again when it is lost. */
export class CommandLine {
  #held: CommandConversation | null = null
  #connecting: Promise<CommandConversation | Failed> | null = null
  #isClosed = false

  constructor(private readonly routeTo: () => Promise<Route>) {}

  /** One answer for each command. Who asks meanwhile does not wait for it. */
  async ask(commands: readonly string[]): Promise<Answer<string[]>> {
    const answer = await this.#held?.ask(commands)
    // The connection was lost while nobody looked. All that is ever asked may be asked twice.
    if (answer !== undefined && answer.kind !== 'absent') return answer
    const line = this.#held ?? (await this.#connect())
    return line instanceof CommandConversation ? line.ask(commands) : line
  }

  close(): void {
    this.#isClosed = true
    this.#held?.end(CLOSED)
  }

  #connect(): Promise<CommandConversation | Failed> {
    this.#connecting ??= this.#make().finally(() => (this.#connecting = null))
    return this.#connecting
  }

  async #make(): Promise<CommandConversation | Failed> {
    const connected = await connect(await this.routeTo())
    if (connected.kind !== 'connected') return connected
    if (this.#isClosed) {
      connected.socket.destroy()
      return CLOSED
    }
    const line = new CommandConversation(connected.socket, () => {
      if (this.#held === line) this.#held = null
    })
    this.#held = line
    return line
  }
}
