import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { describeError } from '@cacheplane/domain'
import { z } from 'zod'
import { loadConfig, type Config } from './config.ts'
import { openAdapters, type Adapters } from './wire.ts'

type Environment = Record<string, string | undefined>

/** What `up` keeps for its supervisor, as far as it matters here. */
const Service = z.object({ environment: z.record(z.string(), z.string()) })

export interface Installation extends Adapters {
  config: Config
  close(): Promise<void>
}

/**
 * The installation of this environment: the one that its variables name, as in a container, or else the one that `up`
 * keeps in the state folder (CACHEPLANE_STATE_DIR, relative to `root`).
 */
export async function openInstallation(environment: Environment, root: string): Promise<Installation> {
  const isNamed = environment.CACHEPLANE_INSTALLATION !== undefined
  const config = loadConfig(isNamed ? environment : await readService(environment, root))
  const { store, fleet, keyring, vault } = await openAdapters(config, { warn: () => undefined })
  return {
    config,
    keyring,
    store,
    fleet,
    vault,
    async close() {
      await fleet.close()
      await store.close()
    },
  }
}

async function readService({ CACHEPLANE_STATE_DIR }: Environment, root: string): Promise<Environment> {
  const file = resolve(root, CACHEPLANE_STATE_DIR || '.cacheplane', 'service.json')
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Error(
      `${file} cannot be read (${describeError(error)}): is the service installed? Try: npm run up`,
    )
  })
  return Service.parse(JSON.parse(text)).environment
}
