import { readEnvironment, storeEnvironment } from '@cacheplane/store'
import { vaultEnvironment } from '@cacheplane/vault'
import { z } from 'zod'
import { parseZones } from './parse-zones.ts'

const Environment = z.object({
  ...storeEnvironment,
  /** Redis for BullMQ: wake-up hints only. */
  QUEUE_URL: z.string().min(1),
  /** Marks everything we make on a Docker engine, so that two installations can share one. */
  CACHEPLANE_INSTALLATION: z.string().regex(/^[a-z0-9]{8,32}$/),
  /** `<zone>=<docker address>[#<announced address>],…` */
  CACHEPLANE_ZONES: z
    .string()
    .default(
      'local-1a=unix:///var/run/docker.sock,local-1b=unix:///var/run/docker.sock,local-1c=unix:///var/run/docker.sock',
    )
    .transform(parseZones),
  ...vaultEnvironment,
  /** How long nodes' TLS certificates are good for; they are renewed when a third of it is left. */
  CACHEPLANE_CERTIFICATE_DAYS: z.coerce.number().min(0.0005).max(3650).default(365),
  CACHEPLANE_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  NODE_ENV: z.string().optional(),
  /** Test builds only: where this process stops itself, `<failpoint>=<exit|stop>`; see failpoints.ts. */
  CACHEPLANE_FAILPOINT: z.string().optional(),
})

export type Config = Readonly<z.infer<typeof Environment>>

/** Throws a sentence that names each wrong variable, never its value. */
export const loadConfig = (environment: Record<string, string | undefined>): Config =>
  readEnvironment(Environment, environment)
