import { readEnvironment, storeEnvironment } from '@cacheplane/store'
import { vaultEnvironment } from '@cacheplane/vault'
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
  ...storeEnvironment,
  /** Redis for BullMQ: wake-up hints only. */
  QUEUE_URL: z.string().min(1),
  ...vaultEnvironment,
  /** Of a file that is uploaded; one that does not fit into the memory of its node type is refused anyway. */
  CACHEPLANE_UPLOAD_MAX_MB: z.coerce.number().int().min(1).max(1_000_000).default(16_384),
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
  CACHEPLANE_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
})

export type Config = Readonly<z.infer<typeof Environment>>

/** Throws a sentence that names each wrong variable, never its value. */
export const loadConfig = (environment: Record<string, string | undefined>): Config =>
  readEnvironment(Environment, environment)
