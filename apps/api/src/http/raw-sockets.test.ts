import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KEY, quietApp } from '../testing/quiet-app.ts'
import type { App } from './types.ts'

const HEAD = `POST /v1/replication-groups HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${KEY}\r\ncontent-type: application/json\r\n`
let app: App
let port = 0
beforeAll(async () => {
  app = await quietApp()
  await app.listen({ host: '127.0.0.1', port: 0 })
  const address = app.server.address()
  if (typeof address === 'object' && address !== null) port = address.port
})
afterAll(() => app.close())

/** Sends, goes on sending as long as `drip` says, and answers all that came back when the server hung up. */
function talk(first: string | Buffer, drip?: string): Promise<{ text: string; ms: number }> {
  const started = performance.now()
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(first))
    const timer =
      drip === undefined ? undefined : setInterval(() => socket.writable && socket.write(drip), 200)
    socket.on('data', (chunk) => (text += chunk.toString()))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearInterval(timer)
      resolve({ text, ms: performance.now() - started })
    })
  })
}

describe('a connection', () => {
  it.concurrent('that dribbles its headers is cut off after five seconds', async () => {
    const { text, ms } = await talk('GET /healthz HTTP/1.1\r\nhost: x\r\n', 'x-drip: 1\r\n')
    expect(text).toMatch(/^HTTP\/1.1 408 /)
    expect(text).toContain('"code":"RequestTimeout"')
    expect(ms).toBeLessThan(9_000)
  })

  it.concurrent('that dribbles its body is cut off after ten seconds', async () => {
    const { text, ms } = await talk(`${HEAD}content-length: 100000\r\n\r\n{`, ' ')
    expect(text).toMatch(/^HTTP\/1.1 408 /)
    expect(ms).toBeGreaterThan(8_000)
    expect(ms).toBeLessThan(14_000)
  })

  it.concurrent('without a key does not get to send its body', async () => {
    const head = HEAD.replace(/authorization.*\r\n/, '')
    const { text, ms } = await talk(`${head}content-length: 100000\r\n\r\n{`, ' ')
    expect(text).toMatch(/^HTTP\/1.1 401 /)
    expect(ms).toBeLessThan(3_000)
  })

  it.concurrent('that announces too much is refused without reading it', async () => {
    const { text, ms } = await talk(`${HEAD}content-length: 10000000\r\n\r\n{`)
    expect(text).toMatch(/^HTTP\/1.1 413 /)
    expect(text).toContain('"code":"RequestTooLarge"')
    expect(ms).toBeLessThan(3_000)
  })

  it.concurrent('that sends too much in chunks is refused', async () => {
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`
    const { text } = await talk(
      `${HEAD}connection: close\r\ntransfer-encoding: chunked\r\n\r\n${chunk.repeat(5)}`,
    )
    expect(text).toMatch(/^HTTP\/1.1 413 /)
  })

  it.concurrent('that contradicts itself about its length is refused', async () => {
    const { text } = await talk(`${HEAD}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`)
    expect(text).toMatch(/^HTTP\/1.1 400 /)
    expect(text).toContain('"code":"MalformedRequest"')
  })

  it.concurrent('with headers without end is refused', async () => {
    const { text } = await talk(`GET /healthz HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`)
    expect(text).toMatch(/^HTTP\/1.1 431 /)
  })

  it.concurrent('that does not speak HTTP is told so', async () => {
    const { text } = await talk(
      Buffer.from([0x16, 0x03, 0x01, 0x00, 0xa5, 0x01, 0x00, 0x0d, 0x0a, 0x0d, 0x0a]),
    )
    expect(text).toMatch(/^HTTP\/1.1 400 /)
    expect(text).toContain('application/problem+json')
  })
})
