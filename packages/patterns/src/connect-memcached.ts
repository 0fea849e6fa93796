import { MemcacheClient } from 'memcache-client'
import type { Endpoint } from './connect-options.ts'
import { discoverNodes } from './discover-nodes.ts'
import { ketamaRing } from './ketama.ts'
import type { MemcachedNode, MemcachedRing } from './memcached-cache.ts'

export interface MemcachedOptions {
  /** Asked for the nodes of the cluster, every `refreshMs`. A single server may stand here as well. */
  configurationEndpoint: Endpoint
  ca?: string
  refreshMs?: number
  /** Told when the nodes could not be asked for; the last known ones go on. */
  onError?: (error: unknown) => void
}

export interface MemcachedConnection {
  ring: MemcachedRing
  nodes(): string[]
  close(): void
}

const CONNECT_MS = 1_000
const COMMAND_MS = 1_000
const DISCOVERY_MS = 2_000
const REFRESH_MS = 10_000

/** Finds the cluster's nodes, spreads keys over them as libketama does, and follows nodes that come and go. */
export async function connectMemcached(options: MemcachedOptions): Promise<MemcachedConnection> {
  const { configurationEndpoint, ca, refreshMs = REFRESH_MS, onError = () => undefined } = options
  const clients = new Map<string, MemcachedNode>()
  let nodeOf: (key: string) => string = () => ''

  const refresh = async (): Promise<void> => {
    const found = await discoverNodes(configurationEndpoint, ca, DISCOVERY_MS)
    const names = found.map(({ address, port }) => `${address}:${port}`).sort()
    if (names.join() === [...clients.keys()].sort().join()) return
    for (const name of names) if (!clients.has(name)) clients.set(name, connectNode(name, ca))
    nodeOf = ketamaRing(names)
    for (const [name, client] of [...clients]) {
      if (names.includes(name)) continue
      clients.delete(name)
      client.shutdown()
    }
  }
  await refresh()
  const timer = setInterval(() => void refresh().catch(onError), refreshMs)
  timer.unref()
  return {
    ring: (key) => {
      const client = clients.get(nodeOf(key))
      if (client === undefined) throw new Error('the connection to Memcached is closed')
      return client
    },
    nodes: () => [...clients.keys()],
    close: () => {
      clearInterval(timer)
      for (const client of clients.values()) client.shutdown()
      clients.clear()
    },
  }
}

function connectNode(server: string, ca: string | undefined): MemcachedNode {
  return new MemcacheClient({
    server: { server },
    cmdTimeout: COMMAND_MS,
    connectTimeout: CONNECT_MS,
    noDelay: true,
    ...(ca === undefined ? {} : { tls: { ca } }),
  })
}
