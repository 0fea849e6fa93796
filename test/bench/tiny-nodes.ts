/**
 * Nodes that answer `+OK` and `+PONG` and can do nothing else, in a process of their own so that only the one that asks
 * them is measured: `BENCH_HOST`, `BENCH_FROM` and `BENCH_COUNT` say where; `BENCH_PORT` answers once all listen.
 */
import { createServer } from 'node:net'

const HEARD = /\r\n(AUTH|PING)\r\n/g
const { BENCH_HOST = '127.0.0.1', BENCH_FROM, BENCH_COUNT, BENCH_PORT } = process.env

function listen(host: string, port: number): Promise<void> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      const commands = [...chunk.toString('latin1').matchAll(HEARD)]
      socket.write(commands.map(([, name]) => (name === 'PING' ? '+PONG\r\n' : '+OK\r\n')).join(''))
    })
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
}

const ports = Array.from({ length: Number(BENCH_COUNT) }, (_, i) => Number(BENCH_FROM) + i)
await Promise.all(ports.map((port) => listen(BENCH_HOST, port)))
await listen('127.0.0.1', Number(BENCH_PORT))
process.on('SIGTERM', () => process.exit(0))
