import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { SETTLED_CHANNEL } from './workflows/commit.ts'

const RECONNECT_MS = 500

type Listener = (resourceId: string) => void

/** One connection of its own that listens while anybody does, and comes back when the server does. */
export class SettledListener {
  readonly #listeners = new Set<Listener>()
  #client: pg.Client | null = null
  #running = false
  #closed = false

  constructor(private readonly databaseUrl: string) {}

  on(listener: Listener): () => void {
    this.#listeners.add(listener)
    if (!this.#running) void this.#run()
    return () => void this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#client?.end().catch(() => undefined)
  }

  async #run(): Promise<void> {
    this.#running = true
    while (!this.#closed) {
      await this.#listen().catch(() => undefined)
      if (!this.#closed) await sleep(RECONNECT_MS)
    }
  }

  async #listen(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.databaseUrl,
      keepAlive: true,
      connectionTimeoutMillis: 3_000,
    })
    this.#client = client
    const ended = new Promise<void>((resolve) => client.once('end', resolve))
    client.on('error', () => undefined)
    client.on('notification', ({ payload }) => {
      if (payload !== undefined) for (const listener of this.#listeners) listener(payload)
    })
    await client.connect()
    await client.query(`LISTEN ${SETTLED_CHANNEL}`)
    await ended
  }
}
