import type { Keyring } from '@cacheplane/domain'
import { z } from 'zod'
import { loadKeyring } from './key-file.ts'
import { openStore, type Store } from './open-store.ts'

const PORT_RANGE = /^(\d{1,5})-(\d{1,5})$/

/** The variables that every process with a store reads; each spreads them into its own. */
export const storeEnvironment = {
  /** Postgres, the only truth. */
  DATABASE_URL: z.string().min(1),
  /** 32 bytes, base64; or a file that holds the key, made at the first start. */
  CACHEPLANE_SECRET_KEY: z.string().optional(),
  CACHEPLANE_SECRET_KEY_FILE: z.string().optional(),
  /** Subnets of the groups' networks are cut from this. */
  CACHEPLANE_NETWORK_POOL: z.cidrv4().default('10.96.0.0/12'),
  /** Networks that stand ready on each Docker engine, so that a creation need not wait for one; 0 keeps none. */
  CACHEPLANE_SPARE_NETWORKS: z.coerce.number().int().min(0).max(256).default(16),
  /** Ports of nodes whose port the user left open. */
  CACHEPLANE_PORT_POOL: z
    .string()
    .regex(PORT_RANGE)
    .default('10000-22000')
    .transform((text) => {
      const [from = 0, to = 0] = text.split('-').map(Number)
      return { from, to }
    })
    .refine(({ from, to }) => from > 0 && from <= to && to <= 65_535, 'two ports, the lower one first'),
  /** How long a freed address stays unused. */
  CACHEPLANE_QUARANTINE_SECONDS: z.coerce.number().int().min(0).default(600),
  /** Memory of each Docker engine that no node gets. */
  CACHEPLANE_MEMORY_RESERVE_MB: z.coerce.number().int().min(0).default(1024),
}

type StoreEnvironment = z.infer<z.ZodObject<typeof storeEnvironment>>

/** Throws a sentence that names each wrong variable, never its value. */
export function readEnvironment<T>(
  schema: z.ZodType<T>,
  environment: Record<string, string | undefined>,
): Readonly<T> {
  const parsed = schema.safeParse(environment)
  if (parsed.success) return Object.freeze(parsed.data)
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new Error(`the configuration is wrong: ${faults.join('; ')}`)
}

/** The keyring and the store that the environment names. Connects at the first use. */
export async function openConfiguredStore(
  config: StoreEnvironment,
  poolSize: number,
): Promise<{ keyring: Keyring; store: Store }> {
  const keyring = await loadKeyring({
    key: config.CACHEPLANE_SECRET_KEY,
    keyFile: config.CACHEPLANE_SECRET_KEY_FILE,
  })
  const store = openStore({
    databaseUrl: config.DATABASE_URL,
    keyring,
    networkPool: config.CACHEPLANE_NETWORK_POOL,
    portPool: config.CACHEPLANE_PORT_POOL,
    spareNetworks: config.CACHEPLANE_SPARE_NETWORKS,
    quarantineMs: config.CACHEPLANE_QUARANTINE_SECONDS * 1_000,
    memoryReserveBytes: config.CACHEPLANE_MEMORY_RESERVE_MB * 1024 ** 2,
    poolSize,
  })
  return { keyring, store }
}
