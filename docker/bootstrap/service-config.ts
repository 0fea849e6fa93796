import { z } from 'zod'
import { readIfThere, writePrivate } from './private-file.ts'
import { statePath } from './installation.ts'

/** What the supervisor needs to know: written by `up` with mode 0600, because it holds passwords. */
const ServiceConfig = z.object({
  installationId: z.string(),
  dockerAddress: z.string(),
  /** Null where the user runs it. */
  postgres: z.object({ dataDir: z.string(), port: z.number() }).nullable(),
  queue: z.object({ port: z.number() }).nullable(),
  programs: z.array(z.object({ name: z.string(), file: z.string() })),
  environment: z.record(z.string(), z.string()),
  /** Digest of the built programs: a new build must be started anew. */
  build: z.string(),
})
export type ServiceConfig = z.infer<typeof ServiceConfig>

export async function readServiceConfig(stateDir: string): Promise<ServiceConfig | null> {
  const text = await readIfThere(statePath(stateDir, 'service'))
  if (text === null) return null
  const parsed = ServiceConfig.safeParse(JSON.parse(text))
  return parsed.success ? parsed.data : null
}

/** Returns whether anything differs from what was there. */
export async function writeServiceConfig(stateDir: string, config: ServiceConfig): Promise<boolean> {
  const file = statePath(stateDir, 'service')
  const text = `${JSON.stringify(config, null, 2)}\n`
  if ((await readIfThere(file)) === text) return false
  await writePrivate(file, text)
  return true
}
