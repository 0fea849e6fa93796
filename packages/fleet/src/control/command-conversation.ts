import type { Socket } from 'node:net'
import { EDGE_MS } from '../core/deadlines.ts'
import type { Answer } from '../core/node-control.ts'
import { PromptParser } from './prompt-parser.ts'

export type Failed = Exclude<Answer<never>, { kind: 'answered' }>

interface Question {
  count: number
  answers: string[]
  settle: (answer: Answer<string[]>) => void
}

const LATE: Failed = { kind: 'silent', because: `no answer within ${EDGE_MS} ms` }

/**
 * Questions and answers on one connection to an edge, in the same order. All are sent at once: a lost host has the
 * routes of many groups changed on one edge, and none of them should wait for the others' way there and back. An edge
 * that owes an answer for too long is given up with all that it was asked.
 */
export class CommandConversation {
  readonly #parser = new PromptParser()
  readonly #asked: Question[] = []
  #timer: NodeJS.Timeout | null = null
  #ended: Failed | null = null

  constructor(
    private readonly socket: Socket,
    private readonly onEnd: () => void,
  ) {
    // Nobody has to close a connection in order to end the process.
    socket.unref()
    socket.on('data', (chunk: Buffer) => this.#hear(chunk))
    socket.on('close', () => this.end({ kind: 'absent', because: 'it closed the connection' }))
    void this.ask(['prompt'])
  }

  ask(commands: readonly string[]): Promise<Answer<string[]>> {
    if (this.#ended !== null) return Promise.resolve(this.#ended)
    return new Promise((settle) => {
      this.#asked.push({ count: commands.length, answers: [], settle })
      if (this.#asked.length === 1) this.#await()
      this.socket.write(commands.map((command) => `${command}\n`).join(''))
    })
  }

  /** Who has not been answered is told why. */
  end(because: Failed): void {
    if (this.#ended !== null) return
    this.#ended = because
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.socket.destroy()
    this.onEnd()
    for (const { settle } of this.#asked.splice(0)) settle(because)
  }

  #hear(chunk: Buffer): void {
    for (const text of this.#parser.push(chunk)) {
      const [first] = this.#asked
      if (first === undefined) return
      first.answers.push(text)
      if (first.answers.length < first.count) continue
      this.#asked.shift()
      this.#await()
      first.settle({ kind: 'answered', value: first.answers })
    }
  }

  /** Whoever is first from now on is to be answered in time. What has come while we were held up is heard before we judge. */
  #await(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    const [first] = this.#asked
    const judge = () => {
      if (this.#asked[0] === first) this.end(LATE)
    }
    this.#timer = first === undefined ? null : setTimeout(() => setImmediate(judge), EDGE_MS)
  }
}
