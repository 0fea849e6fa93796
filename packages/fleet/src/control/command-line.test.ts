import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { EDGE_MS } from '../core/deadlines.ts'
import { CommandLine } from './command-line.ts'

let server: Server | null = null
let line: CommandLine | null = null

afterEach(async () => {
  line?.close()
  await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)))
})

/** An edge that hands each line it hears to `hear`. */
async function edge(hear: (command: string, socket: Socket) => void): Promise<CommandLine> {
  const listening = createServer((socket) => {
    let text = ''
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      const lines = (text + chunk.toString()).split('\n')
      text = lines.pop() ?? ''
      for (const one of lines) hear(one, socket)
    })
  })
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const { port } = listening.address() as AddressInfo
  line = new CommandLine(async () => ({ host: '127.0.0.1', port, tls: null }))
  return line
}

const answer = (socket: Socket, text: string) => void socket.write(`${text}\n> `)

test('who asks is not kept waiting by others who have not been answered, and everybody gets his own answers', async () => {
  const heard: string[] = []
  const open = await edge((command, socket) => {
    heard.push(command)
    // Nothing is answered before all has been asked.
    if (heard.length === 6) for (const one of heard) answer(socket, one.toUpperCase())
  })
  const asked = await Promise.all([open.ask(['a', 'b']), open.ask(['c']), open.ask(['d', 'e'])])
  expect(asked.map((one) => (one.kind === 'answered' ? one.value : one))).toEqual([
    ['A', 'B'],
    ['C'],
    ['D', 'E'],
  ])
  expect(heard).toEqual(['prompt', 'a', 'b', 'c', 'd', 'e'])
})

test('what was on its way when the connection broke is asked again, once', async () => {
  let connections = 0
  const open = await edge((command, socket) => {
    if (command === 'prompt') connections += 1
    if (command === 'break' && connections === 1) socket.destroy()
    else answer(socket, command)
  })
  expect(await open.ask(['first'])).toEqual({ kind: 'answered', value: ['first'] })
  const [broken, behind] = await Promise.all([open.ask(['break']), open.ask(['behind'])])
  expect([broken, behind]).toEqual([
    { kind: 'answered', value: ['break'] },
    { kind: 'answered', value: ['behind'] },
  ])
  expect(connections).toBe(2)
})

test("an edge that owes an answer for too long is given up, and what comes too late is nobody's answer", async () => {
  let isStuck = false
  const open = await edge((command, socket) => {
    isStuck = command === 'slow' || (isStuck && command !== 'prompt')
    if (command === 'slow') setTimeout(() => answer(socket, 'too late'), EDGE_MS + 100)
    else if (!isStuck) answer(socket, command)
  })
  const [slow, behind] = await Promise.all([open.ask(['slow']), open.ask(['behind'])])
  expect([slow.kind, behind.kind]).toEqual(['silent', 'silent'])
  expect(await open.ask(['again'])).toEqual({ kind: 'answered', value: ['again'] })
})

test('a closed line asks nobody', async () => {
  const open = await edge((command, socket) => answer(socket, command))
  await open.ask(['first'])
  open.close()
  expect(await open.ask(['second'])).toMatchObject({ kind: 'absent' })
})
