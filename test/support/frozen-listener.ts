import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const PROGRAM = `
  const server = require('node:net').createServer(() => undefined)
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => console.log(server.address().port))`

/** A port that swallows connections: its program is frozen and its backlog full, so that the kernel drops every SYN. */
export async function freezeListener(): Promise<{ port: number; close(): void }> {
  const child = spawn(process.execPath, ['-e', PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const port = Number(line.toString())
  child.kill('SIGSTOP')
  const fillers: Socket[] = []
  let isFull = false
  while (!isFull && fillers.length < 16) {
    const socket = connect({ host: '127.0.0.1', port })
    socket.on('error', () => undefined)
    fillers.push(socket)
    const late = new Promise<'late'>((resolve) => setTimeout(resolve, 150, 'late'))
    isFull = (await Promise.race([once(socket, 'connect'), late])) === 'late'
  }
  return {
    port,
    close: () => {
      for (const socket of fillers) socket.destroy()
      child.kill('SIGKILL')
    },
  }
}
