import { z } from 'zod'

const Environment = z.object({
  /** Where to listen, `<host>:<port>`. */
  CACHEPLANE_LISTEN: z
    .string()
    .regex(/^(.+):(\d{1,5})$/)
    .default('127.0.0.1:7780')
    .transform((text) => ({
      host: text.slice(0, text.lastIndexOf(':')).replace(/^\[|\]$/g, ''),
      port: Number(text.slice(text.lastIndexOf(':') + 1)),
    }))
    .refine(({ port }) => port <= 65_535, 'the port is at most 65535'),
  /** Postgres, the only truth. */
  DATABASE_URL: z.string().min(1),
  /** Redis for BullMQ: wake-up hints only. */
  QUEUE_URL: z.string().min(1),
  /** 32 bytes, base64; or a file that holds the key, made at the first start. */
  CACHEPLANE_SECRET_KEY: z.string().optional(),
  CACHEPLANE_SECRET_KEY_FILE: z.string().optional(),
  /** Appears in ARNs. */
  CACHEPLANE_REGION: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/)
    .default('local-1'),
  /** Twelve digits: the account that everything belongs to. */
  CACHEPLANE_ACCOUNT_ID: z
    .string()
    .regex(/^\d{12}$/)
    .default('000000000000'),
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
  /** Memory of each Docker engine that no node gets. */
  CACHEPLANE_MEMORY_RESERVE_MB: z.coerce.number().int().min(0).default(1024),
  CACHEPLANE_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
})

export type Config = Readonly<z.infer<typeof Environment>>

/** Throws a sentence that names each wrong variable, never its value. */
export function loadConfig(environment: Record<string, string | undefined>): Config {
  const parsed = Environment.safeParse(environment)
  if (parsed.success) return Object.freeze(parsed.data)
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new Error(`the configuration is wrong: ${faults.join('; ')}`)
}
