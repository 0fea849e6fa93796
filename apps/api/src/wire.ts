import { createDoorbell } from '@cacheplane/queue'
import { openConfiguredStore } from '@cacheplane/store'
import { openVault } from '@cacheplane/vault'
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
  const { keyring, store } = await openConfiguredStore(config, POOL_SIZE)
  const doorbell = createDoorbell({ url: config.QUEUE_URL, log })
  const app = await buildApp({
    catalogue: store,
    vault: await openVault(config, keyring),
    doorbell,
    keyring,
    clock: systemClock,
    random: Math.random,
    region: config.CACHEPLANE_REGION,
    uploadMaxBytes: config.CACHEPLANE_UPLOAD_MAX_MB * 1024 ** 2,
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
