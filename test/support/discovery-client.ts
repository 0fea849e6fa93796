import { connect as connectPlain, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'

export interface Discovered {
  version: number
  /** `host|ip|port`, in the order of the list. */
  nodes: string[]
}

const QUIET_MS = 80
const PATIENCE_MS = 3_000

/**
 * What a Memcached server or a configuration endpoint answers to these packets, each sent when the answer to the one
 * before is over; all of it as one text. Throws when there is nobody.
 *
 * @param ca of the authority, for TLS
 */
export async function converse(
  port: number,
  packets: readonly (string | Buffer)[],
  ca?: string,
): Promise<string> {
  const socket =
    ca === undefined ? connectPlain(port, '127.0.0.1') : connectTls({ port, host: '127.0.0.1', ca })
  let text = ''
  const failures: Error[] = []
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  socket.on('error', (error) => failures.push(error))
  try {
    for (const packet of packets) {
      socket.write(packet)
      await untilQuiet(socket, () => text.length)
    }
  } finally {
    socket.destroy()
  }
  const [failure] = failures
  if (failure !== undefined && text === '') throw failure
  return text
}

/** Until nothing has come for a moment after something has, or the connection is over. */
async function untilQuiet(socket: Socket, length: () => number): Promise<void> {
  const before = length()
  let seen = before
  let quietMs = 0
  for (let waitedMs = 0; waitedMs < PATIENCE_MS && !socket.destroyed; waitedMs += 5) {
    await sleep(5)
    quietMs = length() === seen ? quietMs + 5 : 0
    seen = length()
    if (quietMs >= QUIET_MS && (seen > before || waitedMs > 5 * QUIET_MS)) return
  }
}

/** Reads the list as ElastiCache's clients do: by the announced length, to the end that they look for. */
export async function discover(
  port: number,
  { question = 'config get cluster', ca }: { question?: string; ca?: string } = {},
): Promise<Discovered | null> {
  const text = await converse(port, [`${question}\r\n`], ca)
  if (text === 'END\r\n') return null
  const [, length = '0', rest = ''] =
    /^(?:CONFIG cluster|VALUE AmazonElastiCache:cluster) 0 (\d+)\r\n([^]*)$/.exec(text) ?? []
  const payload = rest.slice(0, Number(length))
  if (rest !== `${payload}\r\nEND\r\n` || !payload.endsWith('\n'))
    throw new Error(`${JSON.stringify(text)} is no answer to ${question}`)
  const [version = '', nodes = ''] = payload.split('\n')
  return { version: Number(version), nodes: nodes.split(' ') }
}
