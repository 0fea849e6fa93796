import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Endpoint } from './connect-options.ts'

const QUESTION = 'config get cluster\r\n'
const LONGEST_ANSWER = 1 << 20

/**
 * Asks a node, or the configuration endpoint, for all nodes of its cluster. A server that does not know the question is
 * the only one.
 */
export async function discoverNodes(
  endpoint: Endpoint,
  ca: string | undefined,
  timeoutMs: number,
): Promise<Endpoint[]> {
  const { address: host, port } = endpoint
  const socket = ca === undefined ? connectPlain({ host, port }) : connectTls({ host, port, ca })
  try {
    const answer = await ask(socket, timeoutMs)
    return answer === null ? [endpoint] : parseNodes(answer)
  } finally {
    socket.destroy()
  }
}

function ask(socket: Socket, timeoutMs: number): Promise<string | null> {
  return new Promise((resolve, reject) => {
    let text = ''
    const timer = setTimeout(() => reject(new Error('no answer to `config get cluster` in time')), timeoutMs)
    socket.on('error', reject)
    socket.on('close', () => {
      clearTimeout(timer)
      reject(new Error('hung up on `config get cluster`'))
    })
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
      if (/^(ERROR|CLIENT_ERROR)\b/.test(text)) resolve(null)
      else if (/^SERVER_ERROR\b/.test(text)) reject(new Error(text.trim()))
      else if (text.endsWith('END\r\n')) resolve(text)
      else if (text.length > LONGEST_ANSWER)
        reject(new Error('the answer to `config get cluster` has no end'))
    })
    socket.write(QUESTION)
  })
}

/** Of `CONFIG cluster 0 <bytes>\r\n<version>\n<host|ip|port> <host|ip|port>\n\r\nEND\r\n`. */
export function parseNodes(answer: string): Endpoint[] {
  const [, , list = ''] = answer.split('\n')
  const nodes = list
    .trim()
    .split(' ')
    .map((entry) => {
      const [name = '', ip = '', port = ''] = entry.split('|')
      return { address: ip === '' ? name : ip, port: Number(port) }
    })
  if (!nodes.every(({ address, port }) => address !== '' && Number.isInteger(port) && port > 0))
    throw new Error(`not a list of nodes: ${list.trim()}`)
  return nodes
}
