import { z } from 'zod'
import { parseZones } from './parse-zones.ts'

const Environment = z.object({
  /** Postgres, the only truth. */
  DATABASE_URL: z.string().min(1),
  /** Redis for BullMQ: wake-up hints only. */
  QUEUE_URL: z.string().min(1),
  /** 32 bytes, base64; or a file that holds the key, made at the first start. */
  CACHEPLANE_SECRET_KEY: z.string().optional(),
  CACHEPLANE_SECRET_KEY_FILE: z.string().optional(),
  /** Marks everything we make on a Docker engine, so that two installations can share one. */
  CACHEPLANE_INSTALLATION: z.string().regex(/^[a-z0-9]{8,32}$/),
  /** `<zone>=<docker address>[@<announced address>],…` */
  CACHEPLANE_ZONES: z
    .string()
    .default(
      'local-1a=unix:///var/run/docker.sock,local-1b=unix:///var/run/docker.sock,local-1c=unix:///var/run/docker.sock',
    )
    .transform(parseZones),
  /** Subnets of the groups' networks are cut from this. */
  CACHEPLANE_NETWORK_POOL: z.cidrv4().default('10.96.0.0/12'),
  /** Ports of nodes whose port the user left open. */
  CACHEPLANE_PORT_POOL: z
    .string()
    .regex(/^\d+-\d+$/)
    .default('10000-22000')
    .transform((text) => {
      const [from = 0, to = 0] = text.split('-').map(Number)
      return { from, to }
    }),
  /** How long a freed address stays unused. */
  CACHEPLANE_QUARANTINE_SECONDS: z.coerce.number().int().min(0).default(600),
  CACHEPLANE_MEMORY_RESERVE_MB: z.coerce.number().int().min(0).default(1024),
  CACHEPLANE_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  NODE_ENV: z.string().optional(),
  /** Test builds only: where this process stops itself, `<failpoint>=<exit|stop>`; see failpoints.ts. */
  CACHEPLANE_FAILPOINT: z.string().optional(),
})

export type Config = Readonly<z.infer<typeof Environment>>

/** Throws a sentence that names each wrong variable, never its value. */
export function loadConfig(environment: Record<string, string | undefined>): Config {
  const parsed = Environment.safeParse(environment)
  if (parsed.success) return Object.freeze(parsed.data)
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new Error(`the configuration is wrong: ${faults.join('; ')}`)
}
