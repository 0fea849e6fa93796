import { createServer } from 'node:net'

/** Above the ports of cache nodes and below those that Linux gives to outgoing connections. */
const FROM = 24_000
const COUNT = 7_000

export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** A port on 127.0.0.1 that nobody listens on, tried in random order. */
export async function findFreePort(): Promise<number> {
  const start = Math.floor(Math.random() * COUNT)
  for (let offset = 0; offset < COUNT; offset += 1) {
    const port = FROM + ((start + offset) % COUNT)
    if (await isPortFree(port)) return port
  }
  throw new Error(`no port is free between ${FROM} and ${FROM + COUNT - 1}`)
}
