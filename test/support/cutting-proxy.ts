import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface CuttingProxy {
  /** The database's address by way of the proxy. */
  url: string
  /** From now on, once: `before` drops the next message that contains the text and its connection, `after` lets it through. */
  cutAt(text: string, when: 'before' | 'after'): void
  close(): Promise<void>
}

/** A connection to Postgres that breaks on command, at the worst moment. */
export async function startCuttingProxy(databaseUrl: string): Promise<CuttingProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let cut: { text: string; when: 'before' | 'after' } | null = null
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined).on('close', () => void sockets.delete(socket))
    }
    upstream.on('data', (bytes) => void client.write(bytes))
    upstream.on('close', () => client.destroy())
    client.on('close', () => upstream.end())
    client.on('data', (bytes) => {
      const isHit = cut !== null && bytes.includes(cut.text)
      if (!isHit || cut?.when === 'after') upstream.write(bytes)
      if (!isHit) return
      cut = null
      client.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(databaseUrl)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    cutAt: (text, when) => void (cut = { text, when }),
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
