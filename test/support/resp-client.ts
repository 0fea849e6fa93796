import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { RespError, RespParser, type Reply } from '../../packages/fleet/src/control/resp-parser.ts'
import { encode } from '../../packages/fleet/src/control/resp-session.ts'

export interface RespTarget {
  port: number
  host?: string
  password?: string
  /** Given for TLS. */
  ca?: string
}

const CONNECT_MS = 1_000

/** One connection of a customer's program without queue or retry: whatever fails, fails at once and is seen to. */
export class RespClient {
  readonly #parser = new RespParser()
  #waiting: { count: number; replies: Reply[]; settle: (outcome: Reply[] | Error) => void } | null = null

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => this.#hear(chunk))
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('the connection was closed')))
  }

  /** Connected, and logged in where there is a password. */
  static async open(target: RespTarget): Promise<RespClient> {
    const client = new RespClient(await connected(target))
    try {
      if (target.password !== undefined) await client.ask([['AUTH', target.password]], CONNECT_MS)
      return client
    } catch (error) {
      client.close()
      throw error
    }
  }

  /** The answers to commands that are sent in one write; an error among them is thrown, and so is silence. */
  async ask(commands: readonly (readonly string[])[], withinMs: number): Promise<Reply[]> {
    if (this.#waiting !== null) throw new Error('one question at a time')
    const outcome = await new Promise<Reply[] | Error>((settle) => {
      const timer = setTimeout(() => this.#fail(new Error(`no answer within ${withinMs} ms`)), withinMs)
      const settleOnce = (one: Reply[] | Error): void => {
        clearTimeout(timer)
        this.#waiting = null
        settle(one)
      }
      this.#waiting = { count: commands.length, replies: [], settle: settleOnce }
      if (this.socket.destroyed) return this.#fail(new Error('the connection was closed'))
      this.socket.write(commands.map((command) => encode(command)).join(''))
    })
    if (outcome instanceof Error) throw outcome
    const refusal = outcome.find((reply) => reply instanceof RespError)
    if (refusal !== undefined) throw new Error(refusal.message)
    return outcome
  }

  close(): void {
    this.socket.destroy()
  }

  #hear(chunk: Buffer): void {
    if (this.#waiting === null) return
    this.#waiting.replies.push(...this.#parser.push(chunk))
    const { count, replies, settle } = this.#waiting
    if (replies.length >= count) settle(replies)
  }

  #fail(error: Error): void {
    this.#waiting?.settle(error)
  }
}

function connected({ port, host = '127.0.0.1', ca }: RespTarget): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket =
      ca === undefined ? connectTcp({ host, port, noDelay: true }) : connectTls({ host, port, ca })
    const fail = (error: Error): void => {
      clearTimeout(timer)
      socket.destroy()
      reject(error)
    }
    const timer = setTimeout(() => fail(new Error('no connection')), CONNECT_MS)
    const onClose = (): void => fail(new Error('the connection was closed'))
    socket.once('error', fail)
    socket.once('close', onClose)
    socket.once(ca === undefined ? 'connect' : 'secureConnect', () => {
      clearTimeout(timer)
      socket.off('error', fail).off('close', onClose)
      resolve(socket)
    })
  })
}

/** Which process answers on this connection. */
export async function runIdOf(client: RespClient, withinMs: number): Promise<string> {
  const [info] = await client.ask([['INFO', 'server']], withinMs)
  return /run_id:(\w+)/.exec(String(info))?.[1] ?? ''
}
