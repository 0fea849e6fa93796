import type { AuthorityMaterial, NodeSpec } from '@cacheplane/domain'
import { Redis } from 'ioredis'

/** Connects to a node like a customer's program: by its published port, without retrying anything. */
export function cacheClient(node: NodeSpec, authority: AuthorityMaterial, password?: string): Redis {
  const client = new Redis({
    host: '127.0.0.1',
    port: node.port,
    lazyConnect: true,
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    commandTimeout: 5_000,
    ...(password === undefined ? {} : { password }),
    ...(node.tls ? { tls: { ca: authority.certificatePem } } : {}),
  })
  client.on('error', () => undefined)
  return client
}

/** What the node says to one command: its reply as text, or its error. */
export async function ask(client: Redis, command: string, ...args: string[]): Promise<string> {
  try {
    return String(await client.call(command, ...args))
  } catch (error) {
    return error instanceof Error ? error.message : 'failed'
  }
}
