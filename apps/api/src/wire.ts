import { createDoorbell } from '@cacheplane/queue'
import { loadKeyring, openStore } from '@cacheplane/store'
import type { Logger } from 'pino'
import { buildApp } from './app.ts'
import type { Config } from './config.ts'
import type { App } from './http/types.ts'
import { systemClock } from './system-clock.ts'

const POOL_SIZE = 10

export interface WiredApi {
  app: App
  close(): Promise<void>
}

/** The only place where the API's concrete classes meet. */
export async function wireApi(config: Config, log: Logger): Promise<WiredApi> {
  const keyring = await loadKeyring({
    key: config.CACHEPLANE_SECRET_KEY,
    keyFile: config.CACHEPLANE_SECRET_KEY_FILE,
  })
  const store = openStore({
    databaseUrl: config.DATABASE_URL,
    keyring,
    networkPool: config.CACHEPLANE_NETWORK_POOL,
    portPool: config.CACHEPLANE_PORT_POOL,
    quarantineMs: config.CACHEPLANE_QUARANTINE_SECONDS * 1_000,
    memoryReserveBytes: config.CACHEPLANE_MEMORY_RESERVE_MB * 1024 * 1024,
    poolSize: POOL_SIZE,
  })
  const doorbell = createDoorbell({ url: config.QUEUE_URL, log })
  const app = await buildApp({
    catalogue: store,
    doorbell,
    keyring,
    clock: systemClock,
    random: Math.random,
    region: config.CACHEPLANE_REGION,
    log,
  })
  return {
    app,
    async close() {
      await app.close()
      await doorbell.close()
      await store.close()
    },
  }
}
